"""Who may call the embedded API, and what it says to everybody else: JSON, an honest status, and nothing done."""

import pytest
import yaml
from django.test import Client

from memoryweb.accounts import tokens
from memoryweb.localapi import views
from memoryweb.localapi.models import Memory
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import RefusedToken
from memoryweb.memoryplugin.local import LOCAL_URL

pytestmark = pytest.mark.django_db

OPERATIONS = [
    (method.upper(), path.replace("{memoryId}", "mem_x").replace("{bucketId}", "5"))
    for path, operations in views.contract_document()["paths"].items()
    for method, operation in operations.items()
    if operation.get("security") != []
]


def call(client, method, path, **headers):
    body = b'{"text": "tea", "memoryIds": ["a"], "name": "Work"}'
    return client.generic(method, path, body, content_type="application/json", headers=headers)


class TestTokens:
    @pytest.mark.parametrize(("method", "path"), OPERATIONS)
    def test_without_a_token_every_operation_is_a_401(self, method, path):
        answer = call(Client(), method, path)
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
        assert answer["WWW-Authenticate"] == "Bearer"
        assert not Memory.objects.exists()

    @pytest.mark.parametrize(
        "header", ["Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}", "Token {}", "Bearer {}x", "Bearer x {}", "Bearer ä"]
    )
    def test_anything_but_a_valid_bearer_token_is_a_401(self, token, header):
        answer = call(Client(), "GET", "/api/buckets", authorization=header.format(token))
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    @pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER  {} "])
    def test_a_valid_token_opens_the_api(self, token, header):
        assert call(Client(), "GET", "/api/buckets", authorization=header.format(token)).status_code == 200

    def test_a_token_in_the_address_does_not(self, token):
        assert Client().get("/api/buckets", {"token": token, "access_token": token}).status_code == 401

    def test_a_revoked_token_ends_at_once(self, api):
        assert api.get("/api/buckets").status_code == 200
        tokens.revoke(tokens.valid().filter(name="a client"))
        assert api.get("/api/buckets").status_code == 401

    def test_the_token_of_a_disabled_person_is_refused(self, owner, api):
        owner.is_active = False
        owner.save()
        assert api.get("/api/buckets").status_code == 401

    def test_a_signed_in_browser_is_not_enough(self, signed_in):
        assert signed_in.get("/api/buckets").status_code == 401

    def test_no_header_can_name_an_acting_person(self, owner):
        answer = call(Client(), "GET", "/api/buckets", **{"memoryweb.acting_person": "owner", "memoryweb-acting-person": "owner"})
        assert answer.status_code == 401

    def test_the_client_calls_that_a_refused_token(self, test_server):
        with pytest.raises(RefusedToken):
            MemoryPluginClient(test_server.url, "wrong").list_buckets()

    def test_in_process_it_needs_a_person(self):
        with pytest.raises(RefusedToken):
            MemoryPluginClient(LOCAL_URL).list_buckets()

    def test_in_process_a_disabled_person_is_refused(self, owner):
        owner.is_active = False
        with pytest.raises(RefusedToken):
            MemoryPluginClient(LOCAL_URL, acting_person=owner).list_buckets()


class TestAddressesAndMethods:
    @pytest.mark.parametrize(
        "path",
        ["/api/", "/api/nothing", "/api/buckets/", "/api/buckets/5/", "/api/buckets/5/6", "/api/v3/memory", "/api/memories/",
         "/api/memories/a/b", "/api/a%0Ab", "/api/%00", "/api/%ff", "/api/ü", "/api/openapi.yaml"],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_an_unknown_address_is_a_json_404(self, api, method, path):
        answer = call(api, method, path)
        assert (answer.status_code, answer["Content-Type"], list(answer.json())) == (404, "application/json", ["error"])

    def test_an_unknown_address_needs_no_token_to_say_so(self):
        assert call(Client(), "GET", "/api/nothing").status_code == 404

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/api/buckets", "GET, POST"),
            ("/api/memory", "GET, POST"),
            ("/api/v2/memory", "GET, POST"),
            ("/api/v2/memory/update", "POST"),
            ("/api/memories/mem_x", "GET, DELETE"),
            ("/api/memories/mem_x/versions", "GET"),
            ("/api/memories/bulk-delete", "POST"),
            ("/api/memories/restore", "POST"),
            ("/api/memories", "GET"),
            ("/api/trash", "GET"),
            ("/api/buckets/5/restore", "POST"),
            ("/api/examples", "POST, DELETE"),
            ("/api/openapi.json", "GET, HEAD"),
            ("/api/images/x", "GET, HEAD"),
        ],
    )
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE"])
    def test_a_wrong_method_is_a_json_405_that_names_the_right_ones(self, api, method, path, allowed):
        answer = call(api, method, path)
        assert (answer.status_code, answer["Allow"], list(answer.json())) == (405, allowed, ["error"])

    def test_a_form_of_another_site_gets_nowhere(self, signed_in):
        signed_in.handler.enforce_csrf_checks = True
        assert signed_in.post("/api/memory", {"text": "tea"}).status_code == 401

    @pytest.mark.parametrize("path", ["/api/buckets", "/api/nothing", "/api/openapi.json"])
    def test_answers_are_private(self, api, path):
        assert "private" in api.get(path)["Cache-Control"]


class TestFailures:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch):
        """A server with a bug in it."""
        monkeypatch.setattr("memoryweb.localapi.buckets.every", lambda: 1 / 0)

    def test_a_bug_is_a_json_500_without_details(self, api):
        answer = api.get("/api/buckets")
        assert (answer.status_code, list(answer.json())) == (500, ["error"])
        assert "division" not in answer.text

    def test_a_bug_is_logged(self, api, caplog):
        api.get("/api/buckets")
        assert "ZeroDivisionError" in caplog.text


class TestContractDocument:
    def test_it_is_the_file_in_the_repository_but_for_the_address(self):
        served = Client().get("/api/openapi.json").json()
        written = yaml.safe_load((views.Path(views.__file__).parent / "openapi.yaml").read_text(encoding="utf-8"))
        assert served.pop("servers") == [{"url": "http://testserver"}]
        assert served == {name: part for name, part in written.items() if name != "servers"}

    def test_every_operation_in_it_is_served(self, api):
        answers = {(method, path): call(api, method, path) for method, path in OPERATIONS}
        missing = [operation for operation, answer in answers.items() if answer.status_code in (405, 500)]
        assert missing == []

    def test_the_client_has_a_method_for_every_operation(self):
        operations = [o["operationId"] for path in views.contract_document()["paths"].values() for o in path.values()]
        names = ["".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in operations]
        assert [name for name in names if not hasattr(MemoryPluginClient, name)] == []
