"""API tokens: their names, limits and ends, when they were used, who sees and revokes them, and that a secret is shown once."""

import hashlib
import json
import logging
import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from memoryweb.accounts import people, tokens
from memoryweb.accounts.models import Role, Token, User
from memoryweb.accounts.permissions import Action, may
from memoryweb.audit.models import Event
from memoryweb.localapi.models import Bucket, Memory, TrashedBucket, TrashedMemory, Version
from memoryweb.localapi.views import contract_document
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db

FORM = {"name": "laptop", "scope": "role", "where": "all", "expires": "90"}
WRITES = [
    (method.upper(), path)
    for path, operations in contract_document()["paths"].items()
    for method in operations
    if method in ("post", "put", "patch", "delete")
]
READS = [
    path
    for path, operations in contract_document()["paths"].items()
    if "get" in operations and operations["get"].get("security") != []  # what is open without a token tells of no bucket
]


def everything_stored():
    """All that the database holds, as text."""
    return connection.creation.serialize_db_to_string()


def memories_and_buckets():
    """All that the API can change."""
    return [list(kind._default_manager.order_by("pk").values()) for kind in (Memory, TrashedMemory, Bucket, TrashedBucket, Version)]


def revoke(name):
    return bool(tokens.revoke(tokens.valid().filter(name=name)))


def api(secret):
    """HTTP requests with this token, through all middleware."""
    return Client(headers={"authorization": f"Bearer {secret}"})


def send(secret, method, path, **body):
    return api(secret).generic(method, path, json.dumps(body), content_type="application/json")


def browser_of(person):
    browser = Client()
    browser.force_login(person)
    return browser


def secret_in(page):
    [secret] = re.findall(r"mw_[\w-]{43}", page.text)
    return secret


def without_secrets(page):
    return re.sub('(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page.text)


@pytest.fixture
def later(monkeypatch):
    """Stops the clock, and moves it so far after that."""
    now = timezone.now()

    def move(**time):
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(**time))

    move()
    return move


@pytest.fixture
def nora(owner):
    return User.objects.create(username="nora", role=Role.EDITOR)


class TestTokens:
    def test_a_token_stands_for_its_person(self, owner):
        assert tokens.holder(tokens.make(owner, "assistant")) == owner

    @pytest.mark.parametrize("secret", ["", "x", "mw_", "\0", "\ud800", "' OR 1=1 --"])
    def test_what_was_never_made_stands_for_nobody(self, owner, secret):
        tokens.make(owner, "assistant")
        assert tokens.holder(secret) is None

    def test_only_its_digest_is_kept(self, owner):
        secret = tokens.make(owner, "assistant")
        stored = everything_stored()
        assert secret not in stored
        assert secret.removeprefix("mw_") not in stored
        assert Token.objects.get().digest == hashlib.sha256(secret.encode()).hexdigest()

    def test_each_is_another_and_long_enough_not_to_be_guessed(self, owner):
        secrets = {tokens.make(owner, f"assistant {number}") for number in range(5)}
        assert len(secrets) == 5
        assert min(map(len, secrets)) >= 43

    def test_a_revoked_one_stands_for_nobody(self, owner):
        secret = tokens.make(owner, "assistant")
        assert revoke("assistant") is True
        assert tokens.holder(secret) is None

    def test_revoking_ends_that_one_alone(self, owner):
        other = tokens.make(owner, "other")
        tokens.make(owner, "assistant")
        revoke("assistant")
        assert tokens.holder(other) == owner

    def test_what_is_not_there_cannot_be_revoked(self, owner):
        tokens.make(owner, "assistant")
        assert revoke("assistan") is False
        revoke("assistant")
        assert revoke("assistant") is False

    def test_a_disabled_person_has_none(self, owner):
        secret = tokens.make(owner, "assistant")
        User.objects.update(is_active=False)
        assert tokens.holder(secret) is None

    def test_a_name_is_used_once(self, owner):
        secret = tokens.make(owner, "assistant")
        with pytest.raises(tokens.NameTaken, match="assistant"):
            tokens.make(owner, " assistant ")
        assert tokens.holder(secret) == owner

    def test_a_name_is_free_again_after_revoking(self, owner):
        old = tokens.make(owner, "assistant")
        revoke("assistant")
        new = tokens.make(owner, "assistant")
        assert (tokens.holder(old), tokens.holder(new)) == (None, owner)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\0b", "\x1b[2J", "\ud800"])
    def test_an_unusable_name_is_refused(self, owner, name):
        with pytest.raises(ValueError, match="1 to 80 printable characters"):
            tokens.make(owner, name)
        assert not Token.objects.exists()

    @pytest.mark.parametrize("name", ["x", "x" * 80, "Nora's assistant", "Küche 🎸"])
    def test_a_usable_name_is_kept(self, owner, name):
        tokens.make(owner, name)
        assert [token.name for token in tokens.valid()] == [name]

    def test_the_valid_ones_are_listed_oldest_first(self, owner):
        for name in ("one", "two", "three"):
            tokens.make(owner, name)
        revoke("two")
        assert [token.name for token in tokens.valid()] == ["one", "three"]

    def test_two_people_may_each_have_one_of_a_name(self, owner, nora):
        hers, its = tokens.make(nora, "assistant"), tokens.make(owner, "assistant")
        assert (tokens.holder(hers), tokens.holder(its)) == (nora, owner)

    def test_who_comes_with_a_token_carries_it(self, owner):
        person = tokens.holder(tokens.make(owner, "assistant", buckets=["7", "10"], read_only=True))
        assert (person.token.name, person.token.buckets, person.token.read_only) == ("assistant", ["10", "7"], True)
        assert (owner.token, User.objects.get(pk=owner.pk).token) == (None, None)

    def test_a_token_without_limits_says_so(self, owner):
        token = tokens.holder(tokens.make(owner, "assistant")).token
        assert (token.buckets, token.read_only) == (None, False)

    @pytest.mark.parametrize("action", [Action.SELF, Action.GOVERN])
    def test_no_token_reaches_its_person_s_account_or_the_people_here(self, owner, action):
        assert may(owner, action)
        assert not may(tokens.holder(tokens.make(owner, "assistant")), action)

    def test_one_query_tells_all_that_a_request_needs(self, owner, django_assert_num_queries):
        secret = tokens.make(owner, "assistant", buckets=["7"], read_only=True)
        with django_assert_num_queries(1):
            person = tokens.holder(secret)
            assert may(person, Action.READ, bucket="7")
            assert person.token.user_id == owner.pk


class TestExpiry:
    def test_a_token_works_until_its_time_is_over(self, owner, later):
        secret = tokens.make(owner, "laptop", expires_at=timezone.now() + timedelta(days=7))
        later(days=7, seconds=-1)
        assert api(secret).get("/api/buckets").status_code == 200
        later(days=7)
        assert api(secret).get("/api/buckets").status_code == 401

    def test_it_says_that_it_has_expired_and_what_to_do(self, owner, later):
        secret = tokens.make(owner, "laptop", expires_at=timezone.now() + timedelta(days=7))
        later(days=8)
        answer = api(secret).get("/api/buckets")
        assert answer.json() == {"error": "This token has expired. Make a new one in memoryweb, under Tokens."}
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_once_revoked_it_says_no_more_than_a_made_up_one(self, owner, later):
        secret = tokens.make(owner, "laptop", expires_at=timezone.now() + timedelta(days=7))
        tokens.revoke(Token.objects.all())
        later(days=8)
        assert api(secret).get("/api/buckets").json() == api("mw_made_up").get("/api/buckets").json()

    def test_its_name_is_free_again(self, owner, later):
        old = tokens.make(owner, "laptop", expires_at=timezone.now() + timedelta(days=7))
        later(days=8)
        new = tokens.make(owner, "laptop")
        assert tokens.holder(new) == owner
        assert tokens.holder(old) is None

    def test_without_an_end_it_works_for_good(self, owner, later):
        secret = tokens.make(owner, "laptop")
        later(days=4000)
        assert tokens.holder(secret) == owner


class TestLastUse:
    def used(self):
        return Token.objects.get().last_used_at

    def test_a_new_token_was_never_used(self, owner):
        tokens.make(owner, "laptop")
        assert self.used() is None

    def test_it_is_noted_once_the_answer_is_sent(self, owner):
        secret, before = tokens.make(owner, "laptop"), timezone.now()
        api(secret).get("/api/buckets")
        assert before <= self.used() <= timezone.now()

    def test_answering_writes_nothing_of_it(self, owner):
        tokens.holder(tokens.make(owner, "laptop"))
        assert self.used() is None
        tokens.note_use()
        assert self.used() is not None

    def test_it_is_written_once_a_minute(self, owner, later):
        secret = tokens.make(owner, "laptop")
        api(secret).get("/api/buckets")
        first = self.used()
        later(seconds=60)
        api(secret).get("/api/buckets")
        assert self.used() == first
        later(seconds=61)
        api(secret).get("/api/buckets")
        assert self.used() == first + timedelta(seconds=61)

    def test_of_two_workers_one_writes(self, owner):
        secret = tokens.make(owner, "laptop")
        tokens.holder(secret)
        Token.objects.update(last_used_at=timezone.now())
        first = self.used()
        tokens.note_use()
        assert self.used() == first

    def test_it_is_that_token_s_alone(self, owner):
        used, _ = tokens.make(owner, "used"), tokens.make(owner, "idle")
        api(used).get("/api/buckets")
        assert [token.last_used_at is not None for token in tokens.valid()] == [True, False]

    def test_a_request_without_a_token_notes_nothing(self, owner):
        secret = tokens.make(owner, "laptop")
        browser_of(owner).get("/")
        api(secret + "x").get("/api/buckets")
        assert self.used() is None

    def test_a_busy_database_disturbs_nobody(self, owner, monkeypatch):
        def busy(*_, **__):
            raise OperationalError("database is locked")

        secret = tokens.make(owner, "laptop")
        monkeypatch.setattr(QuerySet, "update", busy)
        assert api(secret).get("/api/buckets").status_code == 200
        monkeypatch.undo()
        api(secret).get("/api/buckets")
        assert self.used() is not None

    def test_nobody_waits_for_one_who_waits_for_the_database(self, owner):
        secret = tokens.make(owner, "laptop")
        with tokens._noting:  # as a thread holds it meanwhile
            assert api(secret).get("/api/buckets").status_code == 200
        assert self.used() is None
        api(secret).get("/api/buckets")
        assert self.used() is not None

    @pytest.mark.parametrize(
        ("passed", "words"),
        [
            (None, "never used"),
            ({"seconds": 119}, "used a moment ago"),
            ({"minutes": 2}, "used 2 minutes ago"),
            ({"minutes": 59, "seconds": 59}, "used 59 minutes ago"),
            ({"hours": 1}, "used 1 hour ago"),
            ({"hours": 23}, "used 23 hours ago"),
            ({"days": 1}, "used yesterday"),
            ({"days": 40}, "used 40 days ago"),
        ],
    )
    def test_the_page_says_when(self, owner, passed, words):
        tokens.make(owner, "laptop")
        Token.objects.update(last_used_at=passed and timezone.now() - timedelta(**passed))
        assert words in browser_of(owner).get("/tokens/").text


class TestReadOnly:
    @pytest.mark.parametrize(("method", "path"), WRITES)
    def test_it_writes_nothing(self, owner, method, path):
        client = connect(owner)
        memory, trashed = (client.add_new_memory(f"2025-03-04 - Tea {n}.").memory_id for n in range(2))
        client.bulk_delete_memories([trashed])
        bucket = client.create_bucket("Attic").id
        before = memories_and_buckets()
        address = path.replace("{memoryId}", memory).replace("{bucketId}", bucket)
        body = {"text": "New.", "name": "New", "memoryId": memory} if "update" in path else {"text": "New.", "name": "New"}
        ids = {"memoryIds": [trashed if "restore" in path else memory]} if "memories/" in path else {}
        answer = send(tokens.make(owner, "reader", read_only=True), method, address, **body, **ids)
        assert (answer.status_code, list(answer.json())[0]) == (403, "error")
        assert memories_and_buckets() == before

    @pytest.mark.parametrize("path", [path for path in READS if "{" not in path])
    def test_it_reads(self, owner, path):
        assert api(tokens.make(owner, "reader", read_only=True)).get(path, {"id": "mem_x"}).status_code == 200

    def test_a_contributor_s_does_not_add_either(self, nora):
        User.objects.update(role=Role.CONTRIBUTOR)
        answer = send(tokens.make(nora, "reader", read_only=True), "POST", "/api/memory", text="New.")
        assert (answer.status_code, answer.json()["error"]) == (403, "This token may only read. Make another one that may write.")
        assert send(tokens.make(nora, "writer"), "POST", "/api/memory", text="New.").status_code == 200

    def test_what_its_person_may_not_either_is_said_of_the_person(self, nora):
        User.objects.update(role=Role.CONTRIBUTOR)
        answer = send(tokens.make(nora, "reader", read_only=True), "POST", "/api/buckets", name="New")
        assert answer.json()["error"].startswith("As a contributor you cannot change buckets.")


class TestBuckets:
    @pytest.fixture
    def there(self, owner):
        """Two buckets with something deleted, a text and an image: by the bucket's name its id and those of its memories."""
        client, found = connect(owner), {}
        for name in ("Kitchen", "Cellar"):
            bucket = client.create_bucket(name).id
            texts = [f"2025-03-04 - {name} shelf {n}." for n in range(2)]
            ids = [client.add_new_memory(text, bucket_id=bucket).memory_id for text in texts]
            colour = "teal" if name == "Cellar" else "tan"
            image = client.add_new_memory(f"2025-03-04 - {name}.", bucket_id=bucket, image=picture(8, 8, colour))
            ids.append(image.memory_id)
            client.bulk_delete_memories(ids[:1])
            found[name] = bucket, ids
        return found

    @pytest.fixture
    def secret(self, owner, there):
        return tokens.make(owner, "kitchen", buckets=[there["Kitchen"][0]])

    @pytest.mark.parametrize("path", READS)
    def test_another_bucket_appears_nowhere(self, secret, there, path):
        bucket, memories = there["Cellar"]
        for query in ({}, {"query": "shelf"}, {"includeIds": "true", "all": "true"}, {"bucketId": bucket}, {"id": memories}):
            for memory in memories if "{memoryId}" in path else [""]:
                answer = api(secret).get(path.replace("{memoryId}", memory), query)
                assert "Cellar" not in answer.text, (query, answer.text)
                assert not any(f'"{key}"' in answer.text for key in memories), (query, answer.text)
                if memory:
                    assert answer.status_code == 404

    def test_its_own_are_there(self, secret, there):
        _, (trashed, text, image) = there["Kitchen"]
        answer = api(secret).get("/api/v2/memory", {"includeIds": "true"}).json()
        assert {memory["id"] for memory in answer["memories"]} == {text, image}
        assert [bucket["name"] for bucket in answer["buckets"]] == ["Kitchen"]
        assert answer["total"] == 2
        assert trashed in api(secret).get("/api/trash").text

    def test_another_s_memory_is_changed_as_little_as_one_that_is_not_there(self, secret, there):
        bucket, (trashed, text, _) = there["Cellar"]
        kitchen, (_, own, _) = there["Kitchen"]
        before = memories_and_buckets()
        for missing, found, method, path, body in (
            ("mem_none", text, "POST", "/api/v2/memory/update", {"memoryId": "{}", "text": "Else."}),
            ("mem_none", text, "POST", "/api/v2/memory/update", {"memoryIds": ["{}"], "bucketId": int(kitchen)}),
            ("987654", bucket, "POST", "/api/v2/memory/update", {"memoryIds": [own], "bucketId": "{}"}),
            ("987654", bucket, "POST", "/api/memory", {"text": "New.", "bucketId": "{}"}),
            ("mem_none", text, "DELETE", "/api/memories/{}", {}),
            ("mem_none", text, "POST", "/api/memories/bulk-delete", {"memoryIds": ["{}"]}),
            ("mem_none", trashed, "POST", "/api/memories/restore", {"memoryIds": ["{}"]}),
            ("987654", bucket, "PATCH", "/api/buckets/{}", {"name": "Loft"}),
            ("987654", bucket, "DELETE", "/api/buckets/{}", {}),
        ):
            answers = []
            for key in (missing, found):
                said = json.dumps(body).replace('"{}"', key if key.isdigit() else f'"{key}"')
                answer = api(secret).generic(method, path.replace("{}", key), said, content_type="application/json")
                answers.append((answer.status_code, answer.text.replace(key, "ID")))
            assert answers[0] == answers[1], (method, path)
        assert memories_and_buckets() == before

    def test_it_writes_in_its_own(self, secret, there):
        bucket, (_, text, _) = there["Kitchen"]
        assert send(secret, "POST", "/api/memory", text="New shelf.", bucketId=int(bucket)).status_code == 200
        assert send(secret, "DELETE", f"/api/memories/{text}").status_code == 200

    def test_what_takes_every_bucket_is_refused_with_the_token_s_name(self, secret):
        answer = send(secret, "POST", "/api/buckets", name="New")
        assert (answer.status_code, answer.json()["error"]) == (403, "This token is for other buckets. Make another one.")

    def test_a_role_in_the_bucket_counts_before_the_token(self, there, nora):
        from memoryweb.accounts import bucketroles

        (kitchen, _), (cellar, _) = there["Kitchen"], there["Cellar"]
        secret = tokens.make(nora, "both", buckets=[kitchen, cellar])
        bucketroles.change(nora, "embedded", {cellar: Role.NONE, kitchen: Role.VIEWER})
        assert [bucket["name"] for bucket in api(secret).get("/api/buckets").json()] == ["Kitchen"]
        assert send(secret, "POST", "/api/memory", text="New.", bucketId=int(kitchen)).status_code == 403


class TestPeople:
    def test_a_lower_role_narrows_at_once(self, nora):
        secret = tokens.make(nora, "writer")
        assert send(secret, "POST", "/api/memory", text="One.").status_code == 200
        people.change_role(nora, Role.VIEWER)
        assert send(secret, "POST", "/api/memory", text="Two.").status_code == 403

    def test_disabling_ends_them_for_good(self, nora):
        secret = tokens.make(nora, "writer")
        people.disable(nora)
        people.enable(nora)
        assert api(secret).get("/api/buckets").status_code == 401

    def test_a_token_opens_no_page(self, owner):
        secret = tokens.make(owner, "laptop")
        assert api(secret).get("/tokens/")["Location"] == "/signin/?next=/tokens/"


class TestMaking:
    def test_the_secret_stands_once_on_the_page_that_answers_and_works(self, nora):
        page = browser_of(nora).post("/tokens/", FORM)
        secret = secret_in(page)
        assert (page.status_code, page["Cache-Control"].count("no-store")) == (200, 1)
        assert tokens.holder(secret) == nora

    def test_and_nowhere_afterwards(self, nora, owner, caplog):
        with caplog.at_level(logging.DEBUG):
            browser = browser_of(nora)
            secret = secret_in(browser.post("/tokens/", FORM))
            api(secret).get("/api/buckets")
            api(secret).get("/api/nowhere")
            addresses = ("/tokens/", f"/tokens/{Token.objects.get().pk}/revoke/", "/status/", "/")
            pages = [browser.get(address).text for address in addresses]
            pages += [browser_of(owner).get(address).text for address in addresses]
            pages.append(browser.post("/tokens/", FORM).text)
        for part in (secret, secret[3:], hashlib.sha256(secret.encode()).hexdigest()):
            assert not any(part in page for page in pages)
            assert part not in caplog.text
        assert secret[3:] not in everything_stored()
        assert secret[3:] not in str(Event.objects.values())

    def test_the_page_shows_how_to_use_it_here(self, nora):
        page = browser_of(nora).post("/tokens/", FORM).text
        assert "http://testserver/api/v2/memory?query=bread" in page
        assert "Authorization: Bearer TOKEN" in page

    @pytest.mark.parametrize(("expires", "days"), [("7", 7), ("30", 30), ("90", 90), ("365", 365), ("never", None)])
    def test_it_ends_when_one_says(self, nora, expires, days):
        browser_of(nora).post("/tokens/", FORM | {"expires": expires})
        token = Token.objects.get()
        assert (token.expires_at and (token.expires_at - token.created_at + timedelta(minutes=1)).days) == days

    def test_a_last_day_counts_to_its_end_in_the_person_s_own_zone(self, nora):
        browser, day = browser_of(nora), timezone.localdate() + timedelta(days=5)
        browser.cookies["time-zone"] = "Pacific/Auckland"
        browser.post("/tokens/", FORM | {"expires": "date", "last_day": day.isoformat()})
        with timezone.override("Pacific/Auckland"):
            end = timezone.localtime(Token.objects.get().expires_at)
        assert (end.date(), end.hour, end.minute) == (day + timedelta(days=1), 0, 0)
        shown = re.search(r"works until <time datetime=\"([\d-]+)\"", browser.get("/tokens/").text)
        assert shown[1] == day.isoformat()

    def test_it_may_read_only_and_in_chosen_buckets(self, nora):
        bucket = connect(nora).create_bucket("Attic").id
        page = browser_of(nora).post("/tokens/", FORM | {"scope": "read", "where": "some", "buckets": [bucket]})
        token = Token.objects.get()
        assert (token.read_only, token.buckets) == (True, [bucket])
        assert "Reads, in Attic" in read(page).text

    def test_ticks_count_only_where_some_buckets_are_chosen(self, nora):
        bucket = connect(nora).create_bucket("Attic").id
        browser_of(nora).post("/tokens/", FORM | {"buckets": [bucket]})
        assert Token.objects.get().buckets is None

    @pytest.mark.parametrize(
        ("change", "field", "sentence"),
        [
            ({"name": ""}, "name", "Name it after what will use it."),
            ({"name": "x" * 81}, "name", "Use 80 characters at most."),
            ({"name": "a\x1bb"}, "name", "1 to 80 printable characters"),
            ({"name": "taken"}, "name", "There is a token named taken already. Revoke it first, or choose another name."),
            ({"scope": ""}, "scope", "Choose what it may."),
            ({"where": ""}, "where", "Choose all buckets or some."),
            ({"where": "some"}, "buckets", "Choose at least one bucket, or let it be for all."),
            ({"where": "some", "buckets": ["987654"]}, "buckets", "One of these buckets is not there any more. Choose again."),
            ({"expires": ""}, "expires", "Choose when it ends."),
            ({"expires": "date"}, "last_day", "Choose the last day."),
            ({"expires": "date", "last_day": "soon"}, "last_day", "Write the day as 2027-03-31."),
            ({"expires": "date", "last_day": "2001-01-01"}, "last_day", "This day is over. Choose today or a later one."),
            ({"expires": "date", "last_day": "9999-12-31"}, "last_day", "Choose a day within 10 years, or let it end never."),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(self, nora, change, field, sentence):
        tokens.make(nora, "taken")
        page = browser_of(nora).post("/tokens/", FORM | change)
        [error] = re.findall(r'<p class="error" id="(\w+)-error" role="alert">(.*?)</p>', page.text)
        assert error[0] == field
        assert sentence in error[1]
        assert (page.status_code, Token.objects.count()) == (422, 1)
        if field not in ("name", "scope"):
            assert 'value="laptop"' in page.text

    def test_a_bucket_that_one_may_not_see_cannot_be_chosen(self, nora):
        from memoryweb.accounts import bucketroles

        bucket = connect(nora).create_bucket("Attic").id
        bucketroles.change(nora, "embedded", {bucket: Role.NONE})
        page = browser_of(nora).post("/tokens/", FORM | {"where": "some", "buckets": [bucket]})
        assert "Attic" not in page.text
        assert not Token.objects.exists()

    def test_with_a_hosted_account_the_page_says_which_memories_it_opens(self, owner, hosted):
        page = browser_of(owner).get("/tokens/").text
        assert "Tokens open the memories that this memoryweb keeps itself, not those of" in page
        assert "General" in page  # of the embedded server


class TestList:
    def test_it_says_what_each_may_and_until_when(self, nora):
        tokens.make(nora, "writer")
        tokens.make(nora, "reader", read_only=True)
        page = read(browser_of(nora).get("/tokens/")).text
        assert "As you: editor, in all buckets" in page
        assert "Reads, in all buckets" in page
        assert "works without an end" in page

    def test_a_bucket_that_is_gone_is_told(self, nora):
        tokens.make(nora, "writer", buckets=["987654"])
        assert "1 bucket that is not there any more" in browser_of(nora).get("/tokens/").text

    def test_expired_ones_stand_apart_for_a_month(self, nora, later):
        tokens.make(nora, "laptop", expires_at=timezone.now() + timedelta(days=7))
        browser = browser_of(nora)
        later(days=8)
        page = browser.get("/tokens/").text
        assert "Expired lately" in page
        assert "You have no token that works yet." in page
        assert "/revoke/" not in page
        later(days=38)
        assert "laptop" not in browser.get("/tokens/").text.replace("laptop-assistant", "")

    def test_one_sees_one_s_own_alone(self, nora, owner):
        tokens.make(owner, "its secret plan")
        assert "its secret plan" not in browser_of(nora).get("/tokens/").text

    def test_owners_see_those_of_all(self, nora, owner):
        tokens.make(nora, "writer")
        page = read(browser_of(owner).get("/tokens/")).text
        assert "Tokens of others" in page
        assert "As nora: editor, in all buckets" in page
        assert "<bdi>nora</bdi>" in browser_of(owner).get("/tokens/").text  # a name turns no words beside it

    def test_a_name_is_text(self, nora, owner):
        tokens.make(nora, "<img src=x onerror=alert(1)>")
        for person in (nora, owner):
            assert "<img src=x" not in browser_of(person).get("/tokens/").text


class TestRevoking:
    def test_the_page_asks_first(self, nora):
        secret = tokens.make(nora, "laptop")
        page = browser_of(nora).get(f"/tokens/{Token.objects.get().pk}/revoke/")
        assert "Revoke laptop?" in page.text
        assert tokens.holder(secret) == nora

    @pytest.mark.parametrize("who", ["nora", "owner"])
    def test_it_ends_at_once(self, nora, owner, who):
        secret = tokens.make(nora, "laptop")
        browser = browser_of({"nora": nora, "owner": owner}[who])
        page = browser.post(f"/tokens/{Token.objects.get().pk}/revoke/", follow=True)
        assert "The token laptop does not work any more." in page.text
        assert api(secret).get("/api/buckets").status_code == 401

    def test_twice_is_told(self, nora):
        tokens.make(nora, "laptop")
        browser, address = browser_of(nora), f"/tokens/{Token.objects.get().pk}/revoke/"
        browser.post(address)
        assert "The token laptop was revoked before." in browser.post(address, follow=True).text

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_another_s_looks_as_one_that_is_not_there(self, nora, owner, method):
        secret = tokens.make(owner, "laptop")
        browser, address = browser_of(nora), f"/tokens/{Token.objects.get().pk}/revoke/"
        foreign, missing = (getattr(browser, method)(each) for each in (address, "/tokens/987654/revoke/"))
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert without_secrets(foreign).replace(address, "") == without_secrets(missing).replace("/tokens/987654/revoke/", "")
        assert tokens.holder(secret) == owner

    def test_the_audit_tells_of_making_and_revoking_by_name(self, nora, owner):
        browser_of(nora).post("/tokens/", FORM)
        browser_of(owner).post(f"/tokens/{Token.objects.get().pk}/revoke/")
        told = Event.objects.filter(group=Event.Group.TOKEN).order_by("id").values_list("action", "person_name", "subject")
        assert list(told) == [("token made", "nora", "laptop"), ("token revoked", "owner", "laptop of nora")]
