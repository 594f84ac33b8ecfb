"""What the tests of the service module share."""

import pytest

from memoryweb.memoryplugin import exchange


@pytest.fixture
def pauses(monkeypatch):
    """The pauses between attempts, as a list of seconds; they take no time."""
    made = []
    monkeypatch.setattr(exchange.time, "sleep", made.append)
    return made
