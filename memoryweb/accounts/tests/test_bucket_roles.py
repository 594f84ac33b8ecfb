"""Roles in single buckets: what they come to, and the page where an owner gives them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from memoryweb.accounts import bucketroles, permissions
from memoryweb.accounts.models import BucketRole, Role, Token, User
from memoryweb.accounts.permissions import SOMEWHERE, Action
from memoryweb.accounts.personview import apart, is_now
from memoryweb.audit.models import Event
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create(username="ann", role=Role.CONTRIBUTOR)


def roles(person: User, *buckets: object) -> list[str]:
    return [permissions.role_in(person, bucket).value for bucket in buckets]  # type: ignore[arg-type]


def test_a_role_in_a_bucket_takes_the_place_of_the_one_everywhere(ann):
    bucketroles.change(ann, "embedded", {"1": Role.EDITOR, "2": Role.NONE, "3": Role.VIEWER})
    assert roles(ann, "1", 2, 3, "4") == ["editor", "none", "viewer", "contributor"]
    assert permissions.may(ann, Action.CHANGE, bucket=1)
    assert not permissions.may(ann, Action.READ, bucket=2)


def test_without_a_bucket_the_highest_counts_and_in_an_unknown_one_the_lowest(ann):
    bucketroles.change(ann, "embedded", {"1": Role.EDITOR, "3": Role.VIEWER})
    assert roles(ann, SOMEWHERE, None) == ["editor", "viewer"]
    assert permissions.seen(ann).is_all


def test_who_has_no_access_sees_what_is_opened_and_nothing_new(ann):
    ann.role = Role.NONE
    bucketroles.change(ann, "embedded", {"1": Role.VIEWER})
    seen = permissions.seen(ann)
    assert [bucket in seen for bucket in (1, "1", 2, None)] == [True, True, False, False]


def test_a_closed_bucket_closes_no_other(ann):
    bucketroles.change(ann, "embedded", {"1": Role.NONE, "2": Role.EDITOR})
    assert [bucket in permissions.seen(ann) for bucket in (1, 2, 3, None)] == [False, True, True, False]


def test_of_an_owner_none_of_it_counts(ann):
    bucketroles.change(ann, "embedded", {"1": Role.NONE})
    ann.role = Role.OWNER
    assert roles(ann, 1, 2, None) == ["owner"] * 3
    assert permissions.seen(ann).is_all


def test_a_token_narrows_and_never_widens(ann):
    bucketroles.change(ann, "embedded", {"1": Role.NONE, "2": Role.EDITOR})
    ann.token = Token(buckets=["1", "2", "3"])
    assert roles(ann, 1, 2, 3, 4, None) == ["none", "editor", "contributor", "none", "none"]
    assert permissions.seen(ann).ids == {"2", "3"}
    ann.token.read_only = True
    assert roles(ann, 1, 2, 3, 4, SOMEWHERE) == ["none", "viewer", "viewer", "none", "viewer"]


def test_roles_of_another_service_are_none_here(ann):
    bucketroles.change(ann, "elsewhere", {"1": Role.NONE})
    assert roles(ann, 1) == ["contributor"]


def test_who_has_no_roles_in_buckets_costs_no_query_and_others_one(ann):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert permissions.may(ann, Action.ADD, bucket=1)
        assert permissions.seen(ann).is_all
    assert not queries.captured_queries
    bucketroles.change(ann, "embedded", {"1": Role.NONE})
    ann = User.objects.get(pk=ann.pk)
    with CaptureQueriesContext(connection) as queries:
        assert not permissions.may(ann, Action.ADD, bucket=1)
        assert not permissions.seen(ann).is_all
    assert len(queries.captured_queries) == 1


@pytest.mark.parametrize("path", ["/", "/?q=bread"])
def test_lists_and_searches_of_who_sees_all_ask_nothing_of_roles(signed_in, embedded, path, ann):
    bucketroles.change(ann, "embedded", {"1": Role.NONE})
    embedded.add_new_memory("2025-03-04 - Bread.")
    with CaptureQueriesContext(connection) as queries:
        assert signed_in.get(path).status_code == 200
    assert not [query for query in queries.captured_queries if "bucketrole" in query["sql"]]


def test_what_somebody_is_is_said_in_brief():
    own = {"1": Role.NONE, "2": Role.NONE, "3": Role.VIEWER, "4": Role.EDITOR}
    assert apart(Role.EDITOR, own, {"3": "Travel"}) == "viewer in Travel, no access to 2 buckets"
    assert apart(Role.OWNER, own, {}) == ""


@pytest.mark.parametrize(
    ("who", "role", "own", "said"),
    [
        ("nils", Role.NONE, {"3": Role.VIEWER}, "nils has no access now. In single buckets: viewer in Travel."),
        ("carl", Role.CONTRIBUTOR, {"9": Role.NONE}, "carl is a contributor now. In single buckets: no access to 1 bucket."),
        ("You", Role.EDITOR, {}, "You are an editor now."),
    ],
)
def test_what_somebody_is_from_now_on_is_said_in_sentences(who, role, own, said):
    assert is_now(who, role, own, {"3": "Travel"}) == said


class TestPage:
    def test_an_owner_gives_a_role_in_a_bucket(self, signed_in, embedded, ann):
        garden = embedded.create_bucket("Garden").id
        page = read(signed_in.get(f"/people/{ann.pk}/"))
        assert page.one("select", name=f"in-{garden}").all("option")
        sent = {"role": "contributor", f"in-{garden}": "none"}
        assert signed_in.post(f"/people/{ann.pk}/", sent)["Location"] == f"/people/{ann.pk}/"
        assert bucketroles.everybodys("embedded") == {ann.pk: {garden: "none"}}
        assert User.objects.get(pk=ann.pk).has_bucket_roles
        event = Event.objects.latest("pk")
        assert (event.subject, event.bucket_name) == ("ann from as everywhere to none", "Garden")
        assert "No access to Garden" in read(signed_in.get("/people/")).text

    def test_what_is_as_everywhere_again_is_given_no_more(self, signed_in, embedded, ann):
        general = embedded.list_buckets()[0].id
        bucketroles.change(ann, "embedded", {general: Role.EDITOR})
        assert signed_in.post(f"/people/{ann.pk}/", {"role": "viewer", f"in-{general}": ""}).status_code == 302
        ann.refresh_from_db()
        assert (ann.role, ann.has_bucket_roles, BucketRole.objects.count()) == ("viewer", False, 0)

    def test_the_last_owner_stays_one(self, signed_in, owner, embedded):
        answer = signed_in.post(f"/people/{owner.pk}/", {"role": "viewer", "in-1": "none"})
        assert answer.status_code == 422
        assert "is the only owner" in answer.text
        assert not BucketRole.objects.exists()

    def test_every_bucket_has_a_field_and_one_save_takes_them_all(self, signed_in, embedded, ann):
        made = [embedded.create_bucket(name).id for name in ("Garden", "Work", "Travel")]
        bucketroles.change(ann, "embedded", {made[2]: Role.EDITOR})
        fields = [each["name"] for each in read(signed_in.get(f"/people/{ann.pk}/")).all("select")]
        assert fields[0] == f"in-{made[2]}"
        assert set(fields) == {f"in-{bucket.id}" for bucket in embedded.list_buckets()}
        signed_in.post(f"/people/{ann.pk}/", {"role": "none"} | {f"in-{key}": "viewer" for key in made})
        assert bucketroles.everybodys("embedded") == {ann.pk: dict.fromkeys(made, "viewer")}

    def test_a_role_that_the_form_did_not_show_stays(self, signed_in, embedded, ann):
        garden = embedded.create_bucket("Garden").id
        bucketroles.change(ann, "embedded", {garden: Role.NONE})
        signed_in.post(f"/people/{ann.pk}/", {"role": "editor"})
        assert bucketroles.everybodys("embedded") == {ann.pk: {garden: "none"}}

    def test_a_bucket_that_is_not_there_is_left_out(self, signed_in, ann):
        assert signed_in.post(f"/people/{ann.pk}/", {"role": "viewer", "in-4711": "none"}).status_code == 302
        assert not BucketRole.objects.exists()

    def test_many_buckets_can_be_narrowed(self, signed_in, embedded, ann):
        assert not read(signed_in.get(f"/people/{ann.pk}/")).all("input", data_narrows="bucket-roles")
        for number in range(13):
            embedded.create_bucket(f"Bucket {number}")
        assert 'data-narrows="bucket-roles"' in signed_in.get(f"/people/{ann.pk}/").text

    def test_nobody_is_an_owner_of_one_bucket(self, signed_in, embedded, ann):
        general = embedded.list_buckets()[0].id
        answer = signed_in.post(f"/people/{ann.pk}/", {"role": "viewer", f"in-{general}": "owner"})
        assert answer.status_code == 422

    def test_when_the_service_fails_what_was_given_can_still_be_taken_away(self, signed_in, hosted, ann):
        from memoryweb.memoryplugin import connect

        service = connect(ann).service
        bucketroles.change(ann, service, {"65": Role.NONE})
        hosted.fail("500")
        page = signed_in.get(f"/people/{ann.pk}/")
        assert page.status_code == 200
        assert "The names of the buckets cannot be shown" in page.text
        assert signed_in.post(f"/people/{ann.pk}/", {"role": "viewer", "in-65": ""}).status_code == 302
        assert not BucketRole.objects.exists()
