import pytest
from django.test import Client

from memoryweb.accounts.models import Role, User
from memoryweb.connection import inuse, services
from memoryweb.tests.hosted import mounted

TOKEN = "mp-secret-4711-canary-wxyz"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch, nothing_saved_is_known):
    """A data folder of the test's own, with no key in it yet, of which this process remembers nothing."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr(inuse, "_known", None)
    return settings.DATA_DIR


@pytest.fixture
def account():
    """A hosted account that nobody has connected."""
    return mounted(TOKEN)


@pytest.fixture
def connected(account, owner):
    """The account, saved by the owner."""
    services.save(account.base_url, TOKEN, owner, same_account=False)
    return account


@pytest.fixture
def viewer(db):
    """A browser of somebody who reads."""
    browser = Client()
    browser.force_login(User.objects.create(username="vera", role=Role.VIEWER))
    return browser


@pytest.fixture
def another_worker(monkeypatch):
    """`another_worker()`: what a process says that remembers what it read before, and was told nothing by this one's memory."""
    remembered = inuse.current()
    known = inuse._known

    def current():
        nonlocal known
        with monkeypatch.context() as patch:
            patch.setattr(inuse, "_known", known)
            service = inuse.current()
            known = inuse._known
        return service

    assert current() == remembered
    return current
