"""`manage.py signin` and `manage.py token`: what they print, what they never print, and that it works."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.test import Client

from memoryweb import addresses
from memoryweb.accounts import tokens
from memoryweb.accounts.models import Token, User

pytestmark = pytest.mark.django_db


def manage(*arguments):
    """What a management command prints."""
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def opens_the_api(secret):
    answer = Client().get("/api/buckets", headers={"authorization": f"Bearer {secret}"})
    return answer.status_code == 200


class TestSignin:
    def test_it_prints_one_link_that_signs_the_owner_in(self):
        [link] = manage("signin").splitlines()
        client = Client()
        assert client.post(urlsplit(link).path).status_code == 302
        assert client.session[SESSION_KEY] == str(User.objects.get(username="owner").pk)

    def test_each_call_prints_another(self):
        assert manage("signin") != manage("signin")

    def test_it_makes_the_owner_where_there_is_none(self):
        manage("signin")
        assert User.objects.get().username == "owner"

    @pytest.mark.parametrize(
        ("values", "beginning"),
        [
            ({"HOST": "127.0.0.1", "PORT": 8000}, "http://127.0.0.1:8000/signin/"),
            ({"HOST": "127.0.0.1", "PORT": 81}, "http://127.0.0.1:81/signin/"),
            ({"HOST": "::1", "PORT": 8000}, "http://[::1]:8000/signin/"),
            ({"HOST": "0.0.0.0", "PORT": 8000, "EXTRA_HOSTS": ["memory.example"]}, "http://memory.example:8000/signin/"),
            ({"HTTPS": True, "EXTRA_HOSTS": ["memory.example"]}, "https://memory.example/signin/"),
        ],
    )
    def test_the_link_leads_to_where_the_server_is(self, settings, values, beginning):
        for name, value in values.items():
            setattr(settings, name, value)
        assert manage("signin").startswith(beginning)


class TestTokenCreate:
    def test_the_token_stands_alone_on_the_last_line_and_works(self):
        secret = manage("token", "create", "assistant").splitlines()[-1]
        assert re.fullmatch(r"mw_[\w-]{43}", secret)
        assert opens_the_api(secret)

    def test_it_is_printed_once(self):
        output = manage("token", "create", "assistant")
        assert output.count(output.splitlines()[-1]) == 1

    def test_a_name_in_use_is_refused_and_its_token_goes_on_working(self):
        secret = manage("token", "create", "assistant").splitlines()[-1]
        with pytest.raises(CommandError, match="assistant"):
            manage("token", "create", "assistant")
        assert Token.objects.count() == 1
        assert opens_the_api(secret)

    @pytest.mark.parametrize("name", ["", "x" * 81, "a\nb"])
    def test_an_unusable_name_is_refused(self, name):
        with pytest.raises(CommandError, match="1 to 80 printable characters"):
            manage("token", "create", name)


class TestTokenList:
    def test_it_shows_names_and_never_the_tokens(self):
        secrets = [manage("token", "create", name).splitlines()[-1] for name in ("one", "two")]
        output = manage("token", "list")
        assert [line.split()[-1] for line in output.splitlines()] == ["one", "two"]
        assert not any(part in output for secret in secrets for part in (secret, secret[3:], Token.objects.first().digest))

    def test_revoked_ones_are_left_out(self):
        for name in ("one", "two"):
            manage("token", "create", name)
        manage("token", "revoke", "one")
        assert [line.split()[-1] for line in manage("token", "list").splitlines()] == ["two"]

    def test_without_any_it_says_how_to_make_one(self):
        assert "token create NAME" in manage("token", "list")


class TestTokenRevoke:
    def test_it_ends_the_token_at_once(self):
        secret = manage("token", "create", "assistant").splitlines()[-1]
        assert opens_the_api(secret)
        assert "assistant" in manage("token", "revoke", "assistant")
        assert not opens_the_api(secret)

    def test_a_name_that_is_not_there_is_an_error(self):
        with pytest.raises(CommandError, match="no valid token named nobody"):
            manage("token", "revoke", "nobody")


class TestTokensOfSeveralPeople:
    @pytest.fixture
    def secrets(self, owner):
        """By whose it is, a token that each has named alike."""
        nora = User.objects.create(username="nora", role="editor")
        return {person.username: tokens.make(person, "assistant") for person in (owner, nora)}

    def test_a_name_that_two_have_ends_neither_and_it_asks_whose(self, secrets):
        with pytest.raises(CommandError, match="owner and nora each have a token named assistant. Say whose with “--person NAME”"):
            manage("token", "revoke", "assistant")
        assert all(opens_the_api(secret) for secret in secrets.values())

    def test_told_whose_it_ends_that_one(self, secrets):
        manage("token", "revoke", "assistant", "--person", "nora")
        assert {person: opens_the_api(secret) for person, secret in secrets.items()} == {"owner": True, "nora": False}

    def test_of_somebody_who_has_none_it_is_an_error(self, secrets):
        with pytest.raises(CommandError, match="no valid token of ben named assistant"):
            manage("token", "revoke", "assistant", "--person", "ben")

    def test_the_list_says_whose_each_is(self, secrets):
        assert [line.split()[-2:] for line in manage("token", "list").splitlines()] == [
            ["owner", "assistant"],
            ["nora", "assistant"],
        ]


def test_a_token_of_the_command_is_the_owner_s_without_limits_or_end():
    manage("token", "create", "assistant")
    token = Token.objects.select_related("user").get()
    assert (token.user.role, token.buckets, token.read_only, token.expires_at) == ("owner", None, False, None)


def test_a_token_command_without_an_action_says_what_there_is():
    with pytest.raises(CommandError, match="action"):
        call_command("token")


def test_the_link_leads_to_the_server_that_runs_whatever_port_this_command_was_given(settings, tmp_path):
    settings.DATA_DIR, settings.PORT = tmp_path, 8123
    addresses.remember()
    settings.PORT = 8000
    assert "http://127.0.0.1:8123/signin/" in manage("signin")
