"""What all tests share: an owner, pages and API as they ship, and a hosted service to fail on demand."""

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def files_of_this_test(tmp_path, settings):
    """Image files and the image cache in a folder of the test's own; static files without `collectstatic`'s manifest."""
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.MEDIA_ROOT = tmp_path / "images"
    settings.IMAGE_CACHE = tmp_path / "cache"


@pytest.fixture(autouse=True)
def actions_end_within_their_request(monkeypatch):
    """However slow the machine is: a thread that goes on would meet the test's own transaction."""
    monkeypatch.setattr("memoryweb.history.run.SECONDS", 600)


@pytest.fixture(autouse=True)
def nothing_saved_is_known(monkeypatch):
    """As in a process that has looked for a saved connection, and found none: what another test has saved is gone."""
    from memoryweb.connection import inuse

    monkeypatch.setattr(inuse, "_known", (inuse._changes(), float("inf"), inuse.EMBEDDED))


@pytest.fixture(scope="session", autouse=True)
def reads_are_written_when_a_test_asks():
    """And by no timer, which would meet another test's database; of the session, since the set-up of a module reads too.

    What starts the timer otherwise is its value.
    """
    from memoryweb.audit import reads

    starts = reads._start_timer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reads, "_start_timer", lambda: None)
        yield starts


@pytest.fixture(autouse=True)
def no_read_is_left_to_count(reads_are_written_when_a_test_asks):
    """What another test has read is none of this one's."""
    from memoryweb.audit import reads

    reads._counts.clear()


@pytest.fixture(autouse=True)
def no_use_of_a_token_is_left_to_note():
    """A token looked up outside of a request would be noted by the first request of another test."""
    from memoryweb.accounts import tokens

    tokens._used.id = None


@pytest.fixture
def owner(db):
    """The owner of the instance."""
    from memoryweb.accounts import services

    return services.owner()


@pytest.fixture
def signed_in(owner):
    """A browser's requests, signed in as the owner."""
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def embedded(owner):
    """The real client over the real embedded server, in-process."""
    from memoryweb.memoryplugin import connect

    return connect(owner)


@pytest.fixture
def hosted(settings):
    """A stand-in for the hosted service at an address of this test's own; pages and commands speak to it."""
    from memoryweb.tests.hosted import mounted

    service = mounted()
    settings.MEMORYPLUGIN_URL, settings.MEMORYPLUGIN_TOKEN = service.base_url, service.token
    return service
