"""What the tests of the memory pages share: memories that are there, calls that are counted, and htmx's requests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from memories import dates
from memoryweb.memoryplugin import exchange
from memoryweb.memoryplugin.local import LocalAdapter

# The same examples in every run, on a busy machine too.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """The client tries a GET again without waiting."""
    monkeypatch.setattr(exchange.random, "uniform", lambda low, high: 0)


@pytest.fixture
def remember(embedded):
    """`remember(text, ...)`: a memory on the embedded server, of the day that its text begins with; returns its id."""

    def add(text: str, **fields: Any) -> str:
        day = dates.date_at_head(text)
        fields.setdefault("created_at", dates.midday(day) if day else None)
        return embedded.add_new_memory(text, **fields).memory_id

    return add


@pytest.fixture
def many(remember):
    """`many(65)`: so many notes, the last the newest, three a day; returns their texts, newest first."""

    def add(number: int) -> list[str]:
        first = datetime(2025, 1, 1, 8, tzinfo=UTC)
        moments = [first + timedelta(days=n // 3, hours=n % 3) for n in range(number)]
        for n, moment in enumerate(moments):
            remember(f"{moment.date()} - Note {n}.", created_at=moment)
        return [f"Note {n}." for n in reversed(range(number))]

    return add


@pytest.fixture
def embedded_calls(monkeypatch):
    """The requests that the embedded server is sent, in order."""
    calls: list[str] = []
    send = LocalAdapter.send

    def counted(self, request, **kwargs):
        calls.append(f"{request.method} {request.path_url.partition('?')[0]}")
        return send(self, request, **kwargs)

    monkeypatch.setattr(LocalAdapter, "send", counted)
    return calls


@pytest.fixture
def fragment(signed_in):
    """`fragment(path, at="/?q=tea")`: what htmx gets, on the page with the address `at`."""

    def get(path: str, at: str = "/"):
        return signed_in.get(path, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"})

    return get
