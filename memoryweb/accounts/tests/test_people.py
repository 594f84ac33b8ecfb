"""People: their roles, letting them out and in again, invitations, and that an owner always stays."""

import hashlib
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
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
from memoryweb.history import background
from memoryweb.history.models import Batch
from memoryweb.history.run import Progress
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture
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
        signed_in_as(owner).post(f"/people/{nora.pk}/role/", {"role": "contributor"})
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

    def test_an_owner_who_gives_it_up_is_led_to_the_memories(self, owner):
        person("nora", Role.OWNER)
        answer = signed_in_as(owner).post(f"/people/{owner.pk}/role/", {"role": "viewer"})
        assert answer["Location"] == "/"


class TestDisabling:
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
        page = browser.post("/people/invite/", {"role": "viewer"}).text
        secret = page.partition("/invitation/")[2].partition("/")[0]
        stored = connection.creation.serialize_db_to_string()
        assert len(secret) >= 32
        assert secret not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in stored
        assert secret not in browser.get("/people/").text

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
        page = signed_in_as(owner).post("/people/invite/", {"role": "editor", "email": "nora@example.org"}).text
        link = page.partition('readonly value="')[2].partition('"')[0]
        assert mail.outbox[0].to == ["nora@example.org"]
        assert link in mail.outbox[0].body
        assert "Mailed to nora@example.org" in page

    def test_a_mail_that_cannot_be_sent_says_so_and_shows_the_link(self, owner, settings, monkeypatch):
        settings.EMAIL_HOST = "mail.example.org"

        def broken(*_, **__):
            raise ConnectionRefusedError

        monkeypatch.setattr(invitations, "send_mail", broken)
        page = signed_in_as(owner).post("/people/invite/", {"role": "editor", "email": "nora@example.org"}).text
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
        page = signed_in_as(owner).post(f"/people/{nora.pk}/reset/").text
        link = page.partition('readonly value="http://testserver')[2].partition('"')[0]
        assert browser.get("/").status_code == 302
        assert not Client().login(username="nora", password=PASSWORD)
        assert not Authenticator.objects.exists()
        newcomer = Client()
        assert newcomer.get(link)["Location"] == "/"
        assert "Set a password" in newcomer.get("/account/password/").text
        assert Client().get(link).status_code == 410

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
