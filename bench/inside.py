"""A process inside Django, over the store that DATA_DIR names: signs someone in, and counts what each address costs.

Reads a JSON list of [address, is a fragment] from its input; prints the cookie, a token, and for each address the client's calls
and the queries.
"""

import json
import secrets
import sys
from unittest import mock

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from memoryweb.accounts import services, tokens  # noqa: E402
from memoryweb.memoryplugin.exchange import Exchange  # noqa: E402

FRAGMENT = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/"}


def main() -> None:
    """Answer on stdout."""
    owner, client = services.owner(), Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    client.get("/")  # as whoever signed in by a form, the browser then has the cookie of forms too
    costs = []
    for address, is_fragment in json.load(sys.stdin):
        with (
            CaptureQueriesContext(connection) as queries,
            mock.patch.object(Exchange, "send", autospec=True, side_effect=Exchange.send) as calls,
        ):
            client.get(address, headers=FRAGMENT if is_fragment else {})
        costs.append((calls.call_count, len(queries)))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    json.dump({"cookie": cookie, "token": tokens.make(owner, secrets.token_hex(8)), "costs": costs}, sys.stdout)


if __name__ == "__main__":
    main()
