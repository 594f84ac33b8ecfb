"""People: their roles, letting them out and in again, invitations, and that an owner always stays."""

import hashlib
from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from memories import curating
from memories.addresses import to_key
from memories.images import DIGEST_CHARACTERS
from memoryweb.accounts import invitations, people, services, sessions, tokens
from memoryweb.accounts.models import Invitation, Role, SignInLink, Token, User
from memoryweb.accounts.permissions import Action, may, why_not, why_not_foreign
from memoryweb.audit.models import Event
from memoryweb.audit.record import Action as Done
from memoryweb.history import background
from memoryweb.history.models import Batch
from memoryweb.history.run import Progress
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read
from memoryweb.tests.threads import AtOnce

pytestmark = pytest.mark.django_db
PASSWORD = "seven green kettles"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """The real hasher takes its time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def a_folder_of_its_own(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def person(name, role=Role.VIEWER, **fields):
    return User.objects.create_user(name, password=PASSWORD, role=role, **fields)


def everything_kept():
    """All rows of the database, with what the sessions hold."""
    sessions_hold = [session.get_decoded() for session in Session.objects.all()]
    return f"{connection.creation.serialize_db_to_string()}{sessions_hold}"


def page_of(memory_id):
    return reverse("memories:memory", args=[memory_id])


def signed_in_as(somebody):
    client = Client()
    client.force_login(somebody)
    return client


@pytest.fixture
def later(monkeypatch):
    """Moves the clock forward."""
    now = timezone.now()
    return lambda **time: monkeypatch.setattr(timezone, "now", lambda: now + timedelta(**time))


class TestMay:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            (Role.VIEWER, {Action.SELF, Action.READ}),
            (Role.CONTRIBUTOR, {Action.SELF, Action.READ, Action.ADD, Action.CHANGE_OWN}),
            (Role.EDITOR, set(Action) - {Action.GOVERN}),
            (Role.OWNER, set(Action)),
        ],
    )
    def test_a_role_allows_this_and_nothing_else(self, role, allowed):
        nora = person("nora", role)
        assert {action for action in Action if may(nora, action)} == allowed

    def test_a_contributor_changes_what_they_added_and_nothing_else(self):
        nora = person("nora", Role.CONTRIBUTOR)
        assert [may(nora, Action.CHANGE, author) for author in (nora.pk, str(nora.pk), nora.pk + 1, None)] == [
            True,
            True,
            False,
            False,
        ]

    def test_a_viewer_changes_not_even_what_they_added_once(self):
        nora = person("nora", Role.VIEWER)
        assert not may(nora, Action.CHANGE, nora.pk)

    @pytest.mark.parametrize("somebody", [None, "owner", object()])
    def test_nobody_may_do_anything(self, somebody):
        assert not any(may(somebody, action) for action in Action)

    def test_who_is_disabled_or_has_no_role_may_do_nothing(self):
        for nobody in (person("nora", Role.OWNER, is_active=False), person("olaf", "emperor")):
            assert not any(may(nobody, action) for action in Action)

    def test_it_says_who_can_help(self, owner):
        person("gone", Role.OWNER, is_active=False)
        person("zoe", Role.OWNER)
        assert why_not(person("nora"), Action.ADD) == "As a viewer you cannot add memories. Ask an owner: owner or zoe."
        assert (
            why_not_foreign("nora")
            == "You can change what you added yourself. Ask nora, who added this one, or an owner: owner or zoe."
        )


class TestRoles:
    def test_who_is_made_is_a_viewer_unless_somebody_says_otherwise(self):
        assert User.objects.create_user("nora").role == Role.VIEWER

    def test_a_role_counts_from_the_next_request_on(self, owner):
        nora = person("nora")
        browser = signed_in_as(nora)
        assert browser.get("/memories/new/").status_code == 403
        signed_in_as(owner).post(f"/people/{nora.pk}/", {"role": "contributor"})
        assert browser.get("/memories/new/").status_code == 200

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
    def test_the_only_owner_stays_one(self, owner, role):
        person("gone", Role.OWNER, is_active=False)
        with pytest.raises(people.LastOwner, match="owner is the only owner"):
            people.change_role(owner, role)
        with pytest.raises(people.LastOwner):
            people.disable(owner)
        owner.refresh_from_db()
        assert (owner.role, owner.is_active) == (Role.OWNER, True)

    def test_of_two_owners_one_can_go(self, owner):
        nora = person("nora", Role.OWNER)
        people.change_role(owner, Role.VIEWER)
        with pytest.raises(people.LastOwner):
            people.disable(nora)
        assert services.owner() == nora

    def test_two_owners_who_lower_each_other_at_once_leave_one(self, transactional_db, tmp_path):
        User.objects.all().delete()
        pair = [person("nora", Role.OWNER), person("olaf", Role.OWNER)]

        def lower(somebody):
            try:
                people.change_role(somebody, Role.VIEWER)
            except people.LastOwner:
                return False
            return True

        assert sorted(AtOnce(tmp_path)(*[lambda each=each: lower(each) for each in pair])) == [False, True]

    def test_an_owner_who_gives_it_up_is_asked_first_and_then_led_to_the_memories(self, owner):
        person("nora", Role.OWNER)
        browser = signed_in_as(owner)
        question = browser.post(f"/people/{owner.pk}/", {"role": "viewer", "in-1": "none"})
        assert "Give up being an owner?" in question.text
        assert 'name="in-1" value="none"' in question.text
        assert User.objects.get(pk=owner.pk).role == Role.OWNER
        answer = browser.post(f"/people/{owner.pk}/", {"role": "viewer", "sure": "yes"}, follow=True)
        assert answer.redirect_chain == [("/", 302)]
        assert "You are a viewer now." in answer.text


class TestIsItYou:
    """What whoever finds an owner's open browser must not do to others asks for the password again."""

    @pytest.fixture
    def late(self, owner):
        """A browser in which the owner signed in a while ago."""
        owner.set_password(PASSWORD)
        owner.save()
        return signed_in_as(owner)

    def test_before_the_questions_about_somebody(self, late):
        nora = person("nora")
        for what in ("reset", "disable"):
            path = f"/people/{nora.pk}/{what}/"
            assert late.get(path)["Location"] == f"/account/again/?next={quote(path, safe='')}"
            assert late.post(path)["Location"].startswith("/account/again/")
        nora.refresh_from_db()
        assert nora.is_active
        assert nora.has_usable_password()

    def test_before_somebody_becomes_an_owner_which_is_then_done(self, late):
        nora = person("nora", Role.EDITOR)
        path = f"/people/{nora.pk}/"
        again = late.post(path, {"role": "owner"})["Location"]
        assert again.startswith("/account/again/")
        assert User.objects.get(pk=nora.pk).role == Role.EDITOR
        assert late.post(again, {"password": PASSWORD})["Location"] == path
        assert User.objects.get(pk=nora.pk).role == Role.OWNER

    def test_before_another_owner_is_lowered(self, late):
        nora = person("nora", Role.OWNER)
        assert late.post(f"/people/{nora.pk}/", {"role": "viewer"})["Location"].startswith("/account/again/")
        assert User.objects.get(pk=nora.pk).role == Role.OWNER

    def test_before_an_owner_is_invited_and_nothing_typed_is_lost(self, late):
        again = late.post("/people/invite/", {"role": "owner", "for_whom": "Otto"})["Location"]
        assert not Invitation.objects.exists()
        assert "Otto" in late.post(again, {"password": PASSWORD}, follow=True).text
        assert Invitation.objects.get().for_whom == "Otto"

    def test_and_never_for_lesser_roles(self, late):
        nora = person("nora")
        assert late.post(f"/people/{nora.pk}/", {"role": "editor"})["Location"] == f"/people/{nora.pk}/"
        assert late.post("/people/invite/", {"role": "editor"})["Location"] == "/people/"

    def test_what_was_begun_as_an_owner_is_not_done_by_who_is_none_any_more(self, late, owner):
        nora = person("nora")
        person("otto", Role.OWNER)
        again = late.post(f"/people/{nora.pk}/", {"role": "owner"})["Location"]
        people.change_role(owner, Role.VIEWER)
        assert late.post(again, {"password": PASSWORD}).status_code == 403
        assert User.objects.get(pk=nora.pk).role == Role.VIEWER


class TestDisabling:
    def test_a_name_that_is_written_from_right_to_left_turns_no_words_of_what_is_said(self, owner):
        person("\u05d0\u05d1", Role.EDITOR)
        browser, nora = signed_in_as(owner), User.objects.get(username="\u05d0\u05d1")
        for what, said in (("disable", "cannot sign in any more"), ("enable", "can sign in again")):
            page = browser.post(f"/people/{nora.pk}/{what}/", follow=True)
            assert f"\u2068\u05d0\u05d1\u2069 {said}" in page.text

    def test_it_asks_first_and_says_what_ends(self, owner):
        nora = person("nora", Role.EDITOR)
        for name in ("script", "assistant"):
            tokens.make(nora, name)
        page = read(signed_in_as(owner).get(f"/people/{nora.pk}/disable/")).text
        assert "Disable nora?" in page
        assert "2 tokens that work now end for good" in page
        assert User.objects.get(pk=nora.pk).is_active

    def test_sessions_tokens_and_links_end_at_once_and_for_good(self, owner):
        nora = person("nora", Role.EDITOR)
        browser, secret, link = signed_in_as(nora), tokens.make(nora, "script"), services.make_sign_in_link(nora)
        others = signed_in_as(owner)
        others.post(f"/people/{nora.pk}/disable/")
        assert browser.get("/").status_code == 302
        assert tokens.holder(secret) is None
        others.post(f"/people/{nora.pk}/enable/")
        assert browser.get("/").status_code == 302
        assert tokens.holder(secret) is None
        assert services.use_sign_in_link(link) is None
        assert others.get("/").status_code == 200
        assert Client().login(username="nora", password=PASSWORD)

    def test_an_image_that_was_just_served_is_not_served_again(self, owner):
        image = connect(owner).add_new_memory("2025-03-04 - A square.", image=picture()).memory_id
        nora = person("nora")
        browser = signed_in_as(nora)
        kept = browser.get(f"{page_of(image)}image")["ETag"].strip('"')
        address = f"{page_of(image)}image?v={kept[:DIGEST_CHARACTERS]}"
        statuses = [browser.get(address).status_code for _ in range(2)]
        people.disable(nora)
        assert [*statuses, browser.get(address).status_code] == [200, 200, 302]

    def test_every_worker_is_told(self):
        before = sessions.ended()
        sessions.end(person("nora"))
        assert sessions.ended() > before

    def test_one_cannot_disable_oneself(self, owner):
        person("nora", Role.OWNER)
        browser = signed_in_as(owner)
        assert "You cannot disable yourself" in browser.post(f"/people/{owner.pk}/disable/", follow=True).text
        assert User.objects.get(pk=owner.pk).is_active


class TestInvitations:
    def test_it_makes_a_person_of_that_role_who_is_signed_in(self, owner):
        secret = invitations.make(owner, Role.CONTRIBUTOR)
        browser = Client()
        answer = browser.post(f"/invitation/{secret}/", {"username": "nora", "password": PASSWORD})
        assert answer["Location"] == "/"
        assert User.objects.get(username="nora").role == Role.CONTRIBUTOR
        assert browser.get("/").status_code == 200
        assert Client().login(username="nora", password=PASSWORD)

    def test_it_works_once(self, owner):
        secret = invitations.make(owner, Role.EDITOR)
        assert invitations.accept(secret, "nora", PASSWORD)
        assert invitations.accept(secret, "olaf", PASSWORD) is None
        assert Client().get(f"/invitation/{secret}/").status_code == 410

    def test_of_two_at_the_same_moment_one_gets_in(self, transactional_db, owner, tmp_path):
        secret = invitations.make(owner, Role.EDITOR)
        results = AtOnce(tmp_path)(*[lambda n=n: invitations.accept(secret, f"nora{n}", PASSWORD) for n in range(4)])
        assert sum(result is not None for result in results) == 1

    def test_looking_at_it_does_not_use_it_up(self, owner):
        secret = invitations.make(owner, Role.EDITOR)
        assert [Client().get(f"/invitation/{secret}/").status_code for _ in range(2)] == [200, 200]

    def test_it_works_for_seven_days(self, owner, later):
        secret = invitations.make(owner, Role.EDITOR)
        later(days=6, hours=23)
        assert invitations.find(secret)
        later(days=7, minutes=1)
        assert invitations.find(secret) is None
        assert invitations.open_ones() == []

    def test_it_can_be_revoked(self, owner):
        secret = invitations.make(owner, Role.EDITOR)
        signed_in_as(owner).post(f"/people/invitations/{Invitation.objects.get().pk}/revoke/")
        assert invitations.accept(secret, "nora", PASSWORD) is None

    def test_it_dies_with_the_rights_of_who_made_it(self, owner):
        nora = person("nora", Role.OWNER)
        secret = invitations.make(nora, Role.OWNER)
        people.change_role(nora, Role.EDITOR)
        assert invitations.find(secret) is None

    def test_only_its_digest_is_kept_and_its_link_is_shown_once(self, owner):
        browser = signed_in_as(owner)
        assert browser.post("/people/invite/", {"role": "viewer"})["Location"] == "/people/"
        stored = everything_kept()
        page = browser.get("/people/").text
        secret = page.partition("/invitation/")[2].partition("/")[0]
        assert len(secret) >= 32
        assert secret not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in stored
        assert secret not in browser.get("/people/").text

    def test_a_link_that_nobody_has_looked_at_in_time_is_not_shown(self, owner, monkeypatch):
        browser = signed_in_as(owner)
        browser.post("/people/invite/", {"role": "viewer"})
        monkeypatch.setattr("memoryweb.accounts.handover.SECONDS", -1)
        assert "/invitation/" not in browser.get("/people/").text

    def test_looking_again_makes_no_other_one(self, owner):
        browser = signed_in_as(owner)
        answer = browser.post("/people/invite/", {"role": "viewer"}, follow=True)
        for path in (answer.redirect_chain[0][0], "/people/invite/"):
            assert browser.get(path).status_code == 200
        assert Invitation.objects.count() == 1

    def test_its_link_stands_above_everybody_and_has_the_focus(self, owner):
        html = read(signed_in_as(owner).post("/people/invite/", {"role": "viewer"}, follow=True))
        assert "autofocus" in html.one("input", id="invitation-link").attributes
        text = html.text
        assert text.index("The link is ready") < text.index("Invite somebody")

    def test_it_says_for_whom_it_is(self, owner):
        browser = signed_in_as(owner)
        page = browser.post("/people/invite/", {"role": "viewer", "for_whom": "Carl \u202eMeyer"}, follow=True).text
        assert "for Carl \ufffdMeyer" in page.replace("<bdi>", "")
        secret = page.partition("/invitation/")[2].partition("/")[0]
        assert "Welcome, Carl \ufffdMeyer" in read(Client().get(f"/invitation/{secret}/")).text
        assert Event.objects.latest("pk").subject == "viewer, for Carl \ufffdMeyer"
        answer = browser.post(f"/people/invitations/{Invitation.objects.get().pk}/revoke/", follow=True)
        assert "The invitation for Carl \ufffdMeyer does not work any more." in answer.text

    def test_it_opens_single_buckets(self, owner):
        garden = connect(owner).create_bucket("Garden").id
        browser = signed_in_as(owner)
        page = browser.post("/people/invite/", {"role": "none", f"in-{garden}": "contributor"}, follow=True).text
        assert "Contributor in Garden" in page
        secret = page.partition("/invitation/")[2].partition("/")[0]
        Client().post(f"/invitation/{secret}/", {"username": "nora", "password": PASSWORD})
        nora = User.objects.get(username="nora")
        assert [may(nora, Action.ADD, bucket=bucket) for bucket in (garden, "1")] == [True, False]

    def test_whoever_is_signed_in_is_told_as_whom(self, owner):
        page = signed_in_as(person("carl")).get(f"/invitation/{invitations.make(owner, Role.VIEWER)}/")
        assert "You are signed in as carl in this browser" in read(page).text

    def test_what_names_may_hold_is_said_before_somebody_chooses_one(self, owner):
        page = Client().get(f"/invitation/{invitations.make(owner, Role.VIEWER)}/").text
        assert "letters, digits and @ . + - _, without blanks" in page

    @pytest.mark.parametrize("name", ["Nora", "nora", "two words", "", "x" * 151])
    def test_a_name_that_cannot_be_had_leaves_the_link_good(self, owner, name):
        person("nora")
        secret = invitations.make(owner, Role.EDITOR)
        answer = Client().post(f"/invitation/{secret}/", {"username": name, "password": PASSWORD})
        assert answer.status_code == 422
        assert invitations.find(secret)

    @pytest.mark.parametrize("password", ["", "short", "password123", "norasmiths"])
    def test_a_weak_password_is_refused(self, owner, password):
        secret = invitations.make(owner, Role.EDITOR)
        answer = Client().post(f"/invitation/{secret}/", {"username": "norasmith", "password": password})
        assert answer.status_code == 422
        assert not User.objects.filter(username="norasmith").exists()

    def test_an_unknown_role_makes_none(self, owner):
        assert signed_in_as(owner).post("/people/invite/", {"role": "emperor"}).status_code == 422
        assert not Invitation.objects.exists()

    def test_it_is_mailed_where_a_mail_server_is_set(self, owner, settings):
        settings.EMAIL_HOST = "mail.example.org"
        page = signed_in_as(owner).post("/people/invite/", {"role": "editor", "email": "nora@example.org"}, follow=True).text
        link = page.partition('readonly value="')[2].partition('"')[0]
        assert mail.outbox[0].to == ["nora@example.org"]
        assert link in mail.outbox[0].body
        assert "Mailed to nora@example.org" in page

    def test_a_mail_that_cannot_be_sent_says_so_and_shows_the_link(self, owner, settings, monkeypatch):
        settings.EMAIL_HOST = "mail.example.org"

        def broken(*_, **__):
            raise ConnectionRefusedError

        monkeypatch.setattr(invitations, "send_mail", broken)
        page = signed_in_as(owner).post("/people/invite/", {"role": "editor", "email": "nora@example.org"}, follow=True).text
        assert "The mail could not be sent" in page
        assert "/invitation/" in page

    def test_without_a_mail_server_nothing_is_mailed(self, owner):
        signed_in_as(owner).post("/people/invite/", {"role": "editor", "email": "nora@example.org"})
        assert mail.outbox == []
        assert Invitation.objects.get().email == ""


class TestWhoAdded:
    def test_it_is_told_where_there_are_several_people(self, owner):
        added = connect(owner).add_new_memory("2025-03-04 - Mine.")
        browser = signed_in_as(owner)
        assert "Added by" not in browser.get(page_of(added.memory_id)).text
        person("nora")
        page = browser.get(page_of(added.memory_id)).text
        assert "<dt>Added by</dt><dd>owner</dd>" in page

    def test_it_stays_through_trash_and_back(self, owner):
        nora = person("nora", Role.CONTRIBUTOR)
        client, others = connect(nora), connect(owner)
        added = client.add_new_memory("2025-03-04 - Nora's.").memory_id
        others.update_or_move_memories([added], text="2025-03-04 - Nora's, mended.")
        others.delete_memory(added)
        assert others.get_trash(count=1).memories[0].added_by.name == "nora"
        client.restore_memories([added])
        assert client.get_memory(added).added_by.id == str(nora.pk)

    def test_on_a_hosted_service_the_journal_knows(self, owner, hosted):
        from datetime import date

        from memoryweb.history import current, journal, undo

        cache.clear()
        nora = person("nora", Role.CONTRIBUTOR)
        client, others = connect(nora), connect(owner)
        foreign = others.add_new_memory("2025-03-04 - Added elsewhere.").memory_id
        own = curating.create(client, nora, "2025-03-04 - Nora's.", date(2025, 3, 4), None).memory_id
        deleted = curating.delete(others, owner, list(current.memories(others, [own]).values()))
        undo.undo(others, owner, deleted.batch)
        own = journal.latest_of_text(others, owner, "2025-03-04 - Nora's.") or own
        known = {memory.text: memory for memory in client.get_memories(latest=True, count=10).memories}
        now = current.memories(client, [memory.id for memory in known.values()])
        assert {memory.text: memory.added_by and memory.added_by.name for memory in now.values()} == {
            "2025-03-04 - Added elsewhere.": None,
            "2025-03-04 - Nora's.": "nora",
        }
        browser = signed_in_as(nora)
        statuses = {text: browser.get(f"{page_of(memory.id)}edit/").status_code for text, memory in known.items()}
        assert statuses == {"2025-03-04 - Added elsewhere.": 403, "2025-03-04 - Nora's.": 200}
        assert foreign in now

    def test_what_a_hosted_service_would_do_for_anybody_the_journal_refuses(self, owner, hosted):
        from memoryweb.history import current
        from memoryweb.memoryplugin.errors import NotAllowed

        cache.clear()
        nora = person("nora", Role.CONTRIBUTOR)
        foreign = connect(owner).add_new_memory("2025-03-04 - Not Nora's.").memory_id
        memories = list(current.memories(connect(nora), [foreign]).values())
        with pytest.raises(NotAllowed):
            curating.delete(connect(nora), nora, memories)
        assert current.memories(connect(owner), [foreign])


class TestWhatPagesOffer:
    def test_a_viewer_is_offered_nothing_to_write(self, owner):
        connect(owner).add_new_memory("2025-03-04 - Not theirs.")
        page = signed_in_as(person("nora")).get("/").text
        for offered in ("New memory", "data-edit", "data-delete-selection", "data-move", "/buckets/new/", "/people/", "undo-last"):
            assert offered not in page, offered

    def test_a_contributor_is_offered_to_change_what_is_theirs(self, owner):
        nora = person("nora", Role.CONTRIBUTOR)
        foreign = connect(owner).add_new_memory("2025-03-04 - Not theirs.").memory_id
        own = connect(nora).add_new_memory("2025-03-04 - Theirs.").memory_id
        browser = signed_in_as(nora)
        assert "data-delete" in browser.get(page_of(own), headers={"HX-Request": "true"}).text
        assert "data-delete" not in browser.get(page_of(foreign), headers={"HX-Request": "true"}).text
        page = browser.get("/").text
        assert "New memory" in page
        assert "/buckets/new/" not in page

    def test_of_a_selection_a_contributor_moves_what_is_theirs_when_they_agree(self, owner):
        nora = person("nora", Role.CONTRIBUTOR)
        ids = [connect(somebody).add_new_memory("2025-03-04 - A note.", bucket_id=bucket).memory_id
               for somebody, bucket in ((owner, None), (nora, connect(owner).create_bucket("Garden").id))]  # fmt: skip
        browser = signed_in_as(nora)
        asked = browser.post("/memories/selection/delete/", {"ids": " ".join(map(to_key, ids)), "number": "2"})
        assert asked.status_code == 409
        assert "One stays: somebody else added it." in asked.text
        browser.post("/memories/selection/delete/", {"ids": " ".join(map(to_key, ids)), "number": "1"})
        assert [memory.id for memory in connect(owner).get_memories_by_id(ids)] == ids[:1]

    def test_what_is_typed_stays_when_a_role_changes_under_an_open_page(self, owner):
        answer = signed_in_as(person("nora")).post("/memories/new/", {"text": "typed"}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Retarget"]) == (403, "#notice")
        assert "As a viewer you cannot add memories. Ask an owner: owner." in answer.text
        assert "<html" not in answer.text


class TestResetting:
    def test_a_link_takes_the_place_of_password_and_factor(self, owner):
        nora = person("nora", Role.EDITOR)
        Authenticator.objects.create(user=nora, type="totp", data={"secret": "x"})
        browser = signed_in_as(nora)
        others = signed_in_as(owner)
        assert others.post(f"/people/{nora.pk}/reset/")["Location"] == f"/people/{nora.pk}/"
        stored = everything_kept()
        page = others.get(f"/people/{nora.pk}/").text
        link = page.partition('autofocus value="http://testserver')[2].partition('"')[0]
        assert link.split("/")[2] not in stored
        assert link not in others.get(f"/people/{nora.pk}/").text
        assert browser.get("/").status_code == 302
        assert not Client().login(username="nora", password=PASSWORD)
        assert not Authenticator.objects.exists()
        newcomer = Client()
        assert "Choose a new password" in newcomer.get(link).text
        assert newcomer.post(link, {"password": "short"}).status_code == 422
        assert newcomer.post(link, {"password": "eight blue teapots"})["Location"] == "/account/factors/"
        assert "Your password is set, nora." in newcomer.get("/account/factors/").text
        assert Client().login(username="nora", password="eight blue teapots")
        assert Client().get(link).status_code == 410
        assert Event.objects.filter(action=Done.PASSWORD_SET, person=nora).exists()

    def test_it_asks_first(self, owner):
        nora = person("nora")
        page = signed_in_as(owner).get(f"/people/{nora.pk}/reset/")
        assert "Reset the sign-in of nora?" in read(page).text
        assert Client().login(username="nora", password=PASSWORD)

    def test_who_is_disabled_gets_none(self, owner):
        nora = person("nora", is_active=False)
        signed_in_as(owner).post(f"/people/{nora.pk}/reset/")
        assert not SignInLink.objects.exists()

    def test_not_for_oneself(self, owner):
        owner.set_password(PASSWORD)
        owner.save()
        signed_in_as(owner).post(f"/people/{owner.pk}/reset/")
        assert User.objects.get(pk=owner.pk).has_usable_password()


def test_tokens_are_revoked_and_links_gone(owner):
    nora = person("nora")
    tokens.make(nora, "script")
    services.make_sign_in_link(nora)
    people.disable(nora)
    assert Token.objects.get().revoked_at
    assert not SignInLink.objects.filter(user=nora).exists()


def test_a_long_action_learns_of_a_role_that_has_changed_meanwhile(owner, monkeypatch):
    nora = person("nora", Role.EDITOR)
    seen = []

    def run(client, batch):
        seen.append(client.person.role)
        User.objects.filter(pk=nora.pk).update(role=Role.VIEWER)
        return Progress(batch, total=2, left=2 - len(seen))

    monkeypatch.setattr("memoryweb.history.run.run", run)
    monkeypatch.setattr("memoryweb.history.background.connection.close", lambda: None)  # it is this test's
    background._run(connect(nora), Batch(pk=1, account=connect(nora).account))
    assert seen == [Role.EDITOR, Role.VIEWER]


class TestThePages:
    def test_among_many_people_a_field_finds_one(self, owner):
        browser = signed_in_as(owner)
        assert not read(browser.get("/people/")).all("input", data_narrows="all-people")
        for number in range(12):
            person(f"person-{number}")
        html = read(browser.get("/people/"))
        [rows] = html.all("ul", id="all-people")
        assert html.one("input", data_narrows="all-people")
        assert len([node for node in rows if "name" in node.attributes.get("class", "").split()]) == 13

    def test_everybody_has_the_pages_of_their_own_and_owners_those_of_all(self, owner):
        own, of_all = ["Password", "Second factor", "Tokens"], ["People", "Connection", "Audit", "Status"]
        tabs = lambda somebody: [  # noqa: E731
            [link.text for link in group.all("a")]
            for group in read(signed_in_as(somebody).get("/account/password/")).one("nav", aria_label="Settings").all("div")
        ]
        assert tabs(owner) == [own, of_all]
        assert tabs(person("vera")) == [own, ["Status"]]

    @pytest.mark.parametrize("path", ["again/", "factors/app/", "factors/codes/new/", "factors/app/remove/"])
    def test_no_page_of_the_account_loses_the_way_to_the_others(self, owner, path):
        owner.set_password(PASSWORD)
        owner.save()
        Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
        page = signed_in_as(owner).get(f"/account/{path}", follow=True)
        assert read(page).one("nav", aria_label="Settings")

    def test_the_history_of_a_viewer_promises_nothing(self):
        page = signed_in_as(person("vera")).get("/history/").text
        assert "your role only reads" in page
        assert "Whatever you add" not in page


@pytest.mark.parametrize("part", ["", "disable/", "reset/"])
def test_a_name_that_is_written_from_right_to_left_turns_no_words_beside_it(owner, part):
    found = person("\u05d0\u05d1")
    page = signed_in_as(owner).get(f"/people/{found.pk}/{part}")
    assert [bdi.text for bdi in read(page).all("bdi") if bdi.text == found.username]
