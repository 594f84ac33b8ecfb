"""The page of the audit: all that happened in one list, narrowed, page by page, and as a file that no spreadsheet runs."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from memories import curating
from memoryweb.accounts.models import Role, User
from memoryweb.audit import table, timeline
from memoryweb.audit.models import Event, Reads
from memoryweb.audit.record import Action
from memoryweb.audit.timeline import Cursor, Filters
from memoryweb.history.models import Batch
from memoryweb.memoryplugin import connect

pytestmark = pytest.mark.django_db
TURNED = "\u202egnihton\u202c"


@pytest.fixture
def nora(owner):
    return User.objects.create(username="nora", role=Role.EDITOR)


@pytest.fixture
def page(signed_in):
    """`page(person=3)`: what the page says under that address."""
    Event._base_manager.all().delete()  # that the owner has signed in
    return lambda **query: signed_in.get("/audit/", query).text


def event(days=0.0, action=Action.DISABLED, person=None, **fields):
    at = timezone.now() - timedelta(days=days)
    made = Event(at=at, action=action, person=person, person_name=person.username if person else "", **fields)
    made.save()
    return made


def write(person, text="2025-03-04 - Something.", bucket=None):
    client = connect(person)
    chosen = next((each for each in client.list_buckets() if each.name == bucket), None)
    return curating.create(client, person, text, date(2025, 3, 4), chosen).progress.batch


def read(at, person, number, operation="get_memories", token="a script"):
    fields = {"person": person, "person_name": person.username, "token_name": token}
    Reads(at=at.replace(minute=0, second=0, microsecond=0), operation=operation, count=number, **fields).save()


def filters(**fields):
    return Filters(zone=UTC, **fields)


class TestWhatIsShown:
    def test_events_writes_and_reads_stand_in_one_list(self, page, nora):
        event(0.1, Action.ROLE_CHANGED, nora, subject="tom from viewer to editor", address="203.0.113.7")
        batch = write(nora)
        read(timezone.now(), nora, 1200)
        read(timezone.now(), nora, 34, "get_memory")
        html = page()
        assert "changed a role: tom from viewer to editor" in html
        assert "203.0.113.7" in html
        assert f'href="/history/{batch.pk}/"><bdi>added a memory</bdi>' in html
        assert "searched or listed memories about 1,200 times, read single memories about 34 times" in html

    def test_a_write_of_the_pages_is_shown_once_and_kept_in_the_history_alone(self, page, nora):
        write(nora)
        assert page().count("added a memory") == 1
        assert not Event.objects.exists()

    def test_a_memory_s_text_is_not_shown(self, page, nora):
        write(nora, "2025-03-04 - canary-text")
        assert "canary" not in page()

    def test_who_is_nobody_has_a_name_too(self, page, db):
        event(0.2, Action.SIGN_IN_FAILED, subject="name", address="203.0.113.7")
        event(0.1, Action.LINK_MADE, subject="owner")
        html = page()
        assert "<bdi>Somebody</bdi></strong> <bdi>was refused: wrong name" in html
        assert "<bdi>memoryweb</bdi></strong> <bdi>made a sign-in link for owner" in html

    def test_a_name_that_turns_writing_around_turns_nothing_but_itself(self, page, nora):
        event(0, Action.BUCKET_CREATED, nora, bucket_id="7", bucket_name=TURNED)
        assert f"<bdi>created the bucket {TURNED}</bdi>" in page()

    def test_markup_in_a_name_stays_text(self, page, nora):
        event(0, Action.TOKEN_MADE, nora, subject="<img src=x onerror=alert(1)>")
        assert "<img src=x" not in page()

    def test_when_nothing_matches_it_says_so(self, page, nora):
        assert "Nothing matches" in page(person=nora.pk)
        assert "Nothing has happened yet" in page()

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("since=yesterday", "since: Write a date as 2026-05-31"),
            ("person=nora", "person: Choose somebody"),
            ("action=everything", "action: Choose one of the list"),
            ("before=soon", "before: Leave it out"),
            ("before=99999999999999999999-1-1", "before: Leave it out"),
        ],
    )
    def test_an_address_that_cannot_be_read_names_field_and_remedy(self, signed_in, query, said):
        for path in ("/audit/", "/audit/export/"):
            answer = signed_in.get(f"{path}?{query}")
            assert answer.status_code == 400
            assert said in answer.text

    def test_htmx_gets_the_list_alone_and_an_address_without_what_is_empty(self, signed_in):
        answer = signed_in.get("/audit/?person=&action=failure&since=", headers={"HX-Request": "true"})
        assert "<form" not in answer.text
        assert answer["HX-Push-Url"] == "/audit/?action=failure"

    def test_many_of_all_kinds_take_few_queries(self, signed_in, nora, django_assert_max_num_queries):
        for number in range(30):
            event(number / 100, person=nora)
            read(timezone.now() - timedelta(days=number), nora, 5)
        for _ in range(10):
            write(nora)
        with django_assert_max_num_queries(16):
            signed_in.get("/audit/")


class TestFilters:
    @pytest.fixture(autouse=True)
    def happened(self, page, owner, nora):
        event(0.3, Action.DISABLED, owner, subject="by-owner")
        event(0.2, Action.DISABLED, nora, subject="by-nora")
        event(0.2, Action.SIGN_IN_FAILED, nora, subject="password")
        event(0.1, Action.ADDED, nora, bucket_id="77", bucket_name="Garden", token_name="script")
        event(40, Action.DISABLED, owner, subject="long-ago")
        write(owner)
        read(timezone.now(), nora, 1)

    def test_by_person(self, page, nora):
        html = page(person=nora.pk)
        assert "by-nora" in html
        assert "searched or listed memories about once" in html
        assert "by-owner" not in html
        assert "/history/1" not in html

    def test_by_person_finds_what_was_done_to_them_too_and_to_nobody_whose_name_begins_so(self, page, owner, nora):
        User.objects.create(username="norah")
        for action in (Action.LINK_MADE, Action.DISABLED, Action.ENABLED, Action.RESET):
            event(0.1, action, owner, subject="nora")
            event(0.1, action, owner, subject="norah")
        event(0.1, Action.ROLE_CHANGED, owner, subject="nora from viewer to editor")
        event(0.1, Action.ROLE_CHANGED, owner, subject="norah from viewer to editor")
        event(0.1, Action.BUCKET_ROLE_CHANGED, owner, subject="nora from none to viewer", bucket_id="7", bucket_name="Health")
        event(0.1, Action.TOKEN_REVOKED, owner, subject="laptop of nora")
        event(0.1, Action.TOKEN_REVOKED, owner, subject="laptop of norah")
        event(0.1, Action.TOKEN_MADE, owner, subject="a token of nora")
        html = page(person=nora.pk).partition('id="audit"')[2]
        for said in ("made a sign-in link for", "disabled", "enabled", "reset the sign-in of"):
            assert f"<bdi>{said} nora</bdi>" in html
        assert "changed a role: nora from viewer to editor" in html
        assert "nora from none to viewer" in html
        assert "Health" in html
        assert "revoked the token laptop of nora<" in html
        assert "norah" not in html
        assert "made the token" not in html

    def test_what_one_did_to_oneself_stands_there_once(self, page, nora):
        event(0.1, Action.ROLE_CHANGED, nora, subject="nora from owner to viewer")
        assert page(person=nora.pk).count("nora from owner to viewer") == 1

    def test_what_commands_did_is_offered_and_found(self, page, nora):
        event(0.1, Action.LINK_MADE, subject="owner")
        event(0.1, Action.SIGN_IN_FAILED, subject="name", address="203.0.113.7")
        html = page(person=0)
        assert '<option value="0" selected>memoryweb itself</option>' in html
        assert "made a sign-in link for owner" in html
        assert not any(other in html for other in ("wrong name", "by-nora", "by-owner", "searched or listed", "added a memory"))

    @pytest.mark.parametrize(
        ("group", "there", "gone"),
        [
            ("people", "by-nora", "wrong password"),
            ("failure", "wrong password", "by-nora"),
            ("write", "added a memory", "by-nora"),
            ("read", "searched or listed memories about once", "added"),
        ],
    )
    def test_by_action(self, page, group, there, gone):
        html = page(action=group).partition('id="audit"')[2]
        assert there in html
        assert gone not in html

    def test_by_bucket(self, page):
        html = page(bucket="77")
        assert "Garden" in html
        assert "by-nora" not in html
        assert "searched or listed" not in html

    def test_writes_by_bucket(self, page, owner):
        made = connect(owner).create_bucket("Attic")
        batch = write(owner, "2025-03-04 - Another.", "Attic")
        assert f"/history/{batch.pk}/" in page(bucket=made.id)
        assert f"/history/{batch.pk}/" not in page(bucket="77")

    def test_by_day(self, page):
        then = (timezone.now() - timedelta(days=40)).date().isoformat()
        only = page(since=then, until=then)
        assert "long-ago" in only
        assert "by-owner" not in only
        assert "long-ago" not in page(since=(timezone.now() - timedelta(days=1)).date().isoformat())

    def test_days_begin_in_the_person_s_zone(self, signed_in, nora):
        Event(at=datetime(2025, 6, 1, 23, 30, tzinfo=UTC), action=Action.DISABLED, subject="late").save()
        address = "/audit/?since=2025-06-02&until=2025-06-02"
        assert "late" not in signed_in.get(address).text
        signed_in.cookies["time-zone"] = "Europe/Berlin"
        assert "late" in signed_in.get(address).text

    def test_they_stay_in_the_address_of_the_next_page_and_of_the_file(self, page, nora):
        for number in range(60):
            event(number, person=nora)
        html = page(person=nora.pk, action="people")
        assert f"/audit/export/?person={nora.pk}&amp;action=people" in html
        assert f"/audit/?person={nora.pk}&amp;action=people&amp;before=" in html


class TestPages:
    def test_all_is_shown_once_and_in_order_however_it_is_cut(self, owner, nora):
        same = timezone.now() - timedelta(days=1)
        for number in range(7):
            Event(at=same if number % 2 else same - timedelta(days=number), action=Action.DISABLED, person=nora).save()
            Batch.objects.create(account="x", person=nora, operation="create")
            read(same - timedelta(days=number), nora, 1)
        Batch.objects.filter(pk__gt=0).update(begun_at=same)
        whole = timeline.page(filters(), None, 100).items
        assert len(whole) == 21
        assert [item.cursor for item in whole] == sorted((item.cursor for item in whole), reverse=True)
        for at_once in (1, 2, 5, 21):
            assert [item for found in timeline.every(filters(), at_once) for item in found.items] == whole

    def test_what_is_far_down_in_a_bucket_is_found_by_looking_further(self, owner, monkeypatch):
        monkeypatch.setattr(timeline, "REACH", 2)
        client = connect(owner)
        bucket = client.create_bucket("Attic")
        batch = write(owner, "2025-03-04 - Far down.", "Attic")
        for number in range(5):
            write(owner, f"2025-03-04 - {number}.")
        asked = filters(bucket=bucket.id, account=client.account)
        assert timeline.page(asked, None, 10).items == []
        assert timeline.page(asked, None, 10).next is not None
        found = [item for each in timeline.every(asked, 10) for item in each.items]
        assert [item.batch for item in found] == [batch]

    @given(st.integers(0, 10**15), st.integers(0, 2), st.integers(0, 10**12))
    def test_a_cursor_is_read_as_it_was_written(self, microseconds, kind, number):
        cursor = Cursor(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds), kind, number)
        assert Cursor.read(str(cursor)) == cursor

    def test_reads_of_a_day_are_added_up_over_writers_and_hours(self, nora):
        day = datetime(2025, 6, 1, tzinfo=UTC)
        for hour in (1, 1, 5, 23):
            read(day + timedelta(hours=hour), nora, 10)
        (item,) = timeline.page(filters(), None, 10).items
        assert [(count.number, count.last.hour) for count in item.reads] == [(40, 23)]

    def test_the_reads_of_a_day_stand_below_the_rest_of_it(self, nora):
        day = datetime(2025, 6, 1, tzinfo=UTC)
        read(day + timedelta(hours=23), nora, 10)
        Event(at=day, action=Action.DISABLED, person=nora).save()
        Event(at=day - timedelta(seconds=1), action=Action.ENABLED, person=nora).save()
        for at_once in (1, 2, 10):
            found = [item for each in timeline.every(filters(), at_once) for item in each.items]
            assert [item.event.action if item.event else "reads" for item in found] == [Action.DISABLED, "reads", Action.ENABLED]


class TestFile:
    def rows(self, signed_in, **query):
        answer = signed_in.get("/audit/export/", query)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return answer, list(csv.reader(io.StringIO(text)))

    def test_it_holds_all_that_matches_with_zone_and_columns(self, signed_in, nora, monkeypatch):
        monkeypatch.setattr("memoryweb.audit.views.EXPORTED_AT_ONCE", 7)
        for number in range(60):
            event(number, person=nora, subject=f"number {number}")
        answer, (head, *rows) = self.rows(signed_in, person=nora.pk)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
        assert head == list(table.COLUMNS)
        assert [row[2] for row in rows] == [f"disabled number {number}" for number in range(60)]
        assert all(datetime.fromisoformat(row[0]).tzinfo for row in rows)

    def test_times_are_in_the_person_s_zone(self, signed_in, nora):
        Event(at=datetime(2025, 6, 1, 12, tzinfo=UTC), action=Action.DISABLED, person=nora).save()
        signed_in.cookies["time-zone"] = "Europe/Berlin"
        _, rows = self.rows(signed_in, person=nora.pk)
        assert rows[1][0] == "2025-06-01T14:00:00+02:00"

    @pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " ="])
    def test_no_cell_is_a_formula(self, signed_in, nora, begin):
        event(0, Action.BUCKET_CREATED, nora, token_name=f"{begin}1+1")
        _, rows = self.rows(signed_in, person=nora.pk)
        assert rows[1][6].startswith("'")

    @given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
    def test_whatever_is_in_a_cell_stays_in_it_as_text(self, texts):
        line = next(io.StringIO(csv_line([table.safe(text) for text in texts])), "")
        cells = next(csv.reader(io.StringIO(csv_line([table.safe(text) for text in texts]))))
        assert line or not texts
        assert len(cells) == len(texts)
        for cell in cells:
            assert cell.lstrip(" ")[:1] not in tuple("=+-@\t\r\n＝＋－＠") or not cell.strip(" ")
            assert not set(cell) & {"\u202e", "\u2066", "\x00"}

    def test_what_turns_writing_around_is_left_out(self, signed_in, nora):
        event(0, Action.BUCKET_CREATED, nora, bucket_name=TURNED)
        _, rows = self.rows(signed_in, person=nora.pk)
        assert rows[1][2] == "created the bucket gnihton"

    def test_it_is_written_while_it_is_read(self, signed_in, nora, monkeypatch):
        for number in range(4):
            event(number, person=nora)
        monkeypatch.setattr("memoryweb.audit.views.EXPORTED_AT_ONCE", 1)
        looked = []
        page = timeline.page
        monkeypatch.setattr(timeline, "page", lambda *asked: looked.append(1) or page(*asked))
        answer = signed_in.get("/audit/export/", {"person": nora.pk})
        parts = iter(answer.streaming_content)
        next(parts), next(parts)
        assert len(looked) < 4
        answer.close()


class TestWhoMayLook:
    @pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR])
    def test_nobody_but_owners(self, owner, role):
        somebody = Client()
        somebody.force_login(User.objects.create(username="tom", role=role))
        assert [somebody.get(path).status_code for path in ("/audit/", "/audit/export/")] == [403, 403]
        assert "/audit/" not in somebody.get("/account/password/").text


class TestWhoAddedIt:
    """Each memory says by whom it was added, where there are several people."""

    @pytest.mark.parametrize("address", ["/", "/?type=text", "/?q=Something"])
    def test_in_the_list(self, signed_in, nora, address):
        write(nora)
        assert '<span class="sr">Added </span>by <bdi>nora</bdi>' in signed_in.get(address).text

    def test_in_gallery_and_viewer(self, signed_in, nora):
        from memories.addresses import to_key
        from memoryweb.tests.hosted import picture

        image = connect(nora).add_new_memory("2025-03-04 - A square.", image=picture()).memory_id
        assert '<span class="sr">Added </span>by <bdi>nora</bdi>' in signed_in.get("/?type=image").text
        assert "<dt>Added by</dt><dd>nora</dd>" in signed_in.get(f"/memories/{to_key(image)}/view/").text

    def test_not_for_one_person_alone(self, signed_in, owner):
        write(owner)
        assert "by <bdi>" not in signed_in.get("/").text


def csv_line(cells):
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow(cells)
    return file.getvalue()
