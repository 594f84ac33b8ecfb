"""The cached bucket list of a hosted service: fresh for a minute, then stale but at once, renewed by one thread at a time."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from buckets import services
from memoryweb.accounts.models import Role, User
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError
from memoryweb.tests.hosted import Hosted

CALL = "GET /api/buckets"


@pytest.fixture(autouse=True)
def shared_cache(settings):
    """A cache that all threads share and that no test's transaction hides from them."""
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def client(hosted) -> MemoryPluginClient:
    return connect(User(role=Role.OWNER))


@pytest.fixture
def later(monkeypatch):
    """`later(seconds=61)`: the clock of the list, but not the cache's, stands so much after the test's start."""
    start = timezone.now()

    def move(**duration: float) -> None:
        moment = start + timedelta(**duration)
        monkeypatch.setattr("buckets.services.timezone.now", lambda: moment)

    return move


@pytest.fixture
def held(hosted):
    """Calls wait until `held.let_go()`; `held.arrived` says that one has come. No test leaves a thread behind."""
    gate = Gate(hosted)
    yield gate
    gate.let_go()
    gate.finish()


class Gate:
    def __init__(self, hosted: Hosted) -> None:
        self._open = threading.Event()
        self.arrived = threading.Event()
        self._hosted = hosted

    def close(self) -> None:
        self._hosted.before = self._wait

    def _wait(self, call: object) -> None:
        self.arrived.set()
        assert self._open.wait(10)

    def let_go(self) -> None:
        self._open.set()

    @staticmethod
    def finish() -> None:
        for thread in threading.enumerate():
            if thread.name == "renew buckets":
                thread.join(10)
                assert not thread.is_alive()


def names(found: services.BucketList) -> list[str]:
    return [bucket.name for bucket in found.buckets]


def test_the_service_is_asked_once_while_the_list_is_fresh(hosted, client, later):
    for seconds in (0, 30, 60):
        later(seconds=seconds)
        services.bucket_list(client)
    assert hosted.count(CALL) == 1


def test_the_list_says_when_it_was_renewed(client, later):
    later(seconds=5)
    assert services.bucket_list(client).renewed_at == timezone.now()


def test_a_stale_list_is_served_at_once_while_it_is_renewed(hosted, client, later, held):
    services.bucket_list(client)
    hosted.buckets[67] = "Garden"
    held.close()
    later(seconds=61)
    stale = services.bucket_list(client)  # would wait for ever if it asked the service itself
    assert "Garden" not in names(stale)
    held.let_go()
    held.finish()
    assert "Garden" in names(services.bucket_list(client))
    assert hosted.count(CALL) == 2


def test_never_two_renewals_at_once(hosted, client, later, held):
    services.bucket_list(client)
    held.close()
    later(seconds=61)
    threads = [threading.Thread(target=services.bucket_list, args=[client]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert held.arrived.wait(10)
    assert hosted.count(CALL) == 2
    assert sum(thread.name == "renew buckets" for thread in threading.enumerate()) == 1


def test_after_a_renewal_another_may_follow(hosted, client, later, held):
    services.bucket_list(client)
    for seconds in (61, 122):
        later(seconds=seconds)
        services.bucket_list(client)
        held.finish()
    assert hosted.count(CALL) == 3


def test_a_failed_renewal_keeps_the_old_list(hosted, client, later, held):
    services.bucket_list(client)
    hosted.fail("401")
    later(seconds=61)
    services.bucket_list(client)
    held.finish()
    assert names(services.bucket_list(client)) == ["General", "Work", "Personal"]


def test_after_a_failed_renewal_another_may_follow(hosted, client, later, held):
    services.bucket_list(client)
    hosted.fail("401")
    later(seconds=61)
    services.bucket_list(client)
    held.finish()
    services.bucket_list(client)
    held.finish()
    assert hosted.count(CALL) == 3


def test_without_any_list_the_failure_is_told(hosted, client):
    hosted.fail("401")
    with pytest.raises(MemoryPluginError):
        services.bucket_list(client)


def test_a_write_of_ours_drops_the_list(hosted, client):
    services.bucket_list(client)
    services.forget(client)
    assert services.known(client) is None
    services.bucket_list(client)
    assert hosted.count(CALL) == 2


def test_a_renewal_that_a_write_of_ours_overtakes_is_not_kept(client, hosted, later, held):
    services.bucket_list(client)
    held.close()
    later(seconds=61)
    services.bucket_list(client)
    assert held.arrived.wait(10)
    services.forget(client)
    held.let_go()
    held.finish()
    assert services.known(client) is None


def test_renewing_by_hand_asks_at_once(hosted, client):
    services.bucket_list(client)
    hosted.buckets[67] = "Garden"
    assert "Garden" in names(services.renew(client))
    assert "Garden" in names(services.bucket_list(client))


@pytest.mark.parametrize(("other_url", "other_token"), [(True, False), (False, True)], ids=["service", "token"])
def test_two_accounts_never_see_each_others_lists(hosted, client, other_url, other_token):
    services.bucket_list(client)
    other = MemoryPluginClient(
        "https://elsewhere.test" if other_url else hosted.base_url,
        "another-token" if other_token else hosted.token,
        acting_person=client.person,
    )
    assert services.known(other) is None


def test_no_key_holds_the_token(hosted, client):
    assert hosted.token not in services._key(client)


@pytest.mark.parametrize(("counts", "together"), [((2, 3), 5), ((2, None), None)])
def test_all_memories_are_counted_only_where_every_count_is_known(counts, together):
    buckets = tuple(services.Bucket(str(n), f"Bucket {n}", memory_count=count) for n, count in enumerate(counts))
    assert services.BucketList(buckets, timezone.now()).memory_count == together


@pytest.mark.django_db
def test_the_embedded_list_is_simply_read(embedded):
    services.bucket_list(embedded)
    embedded.create_bucket("Garden")
    assert "Garden" in names(services.bucket_list(embedded))
    assert services.known(embedded) is None


@pytest.mark.django_db
def test_a_renewal_uses_the_database_cache_as_it_ships(settings, hosted, client):
    settings.CACHES = settings.CACHES | {"default": settings.SHARED_CACHE}
    services.bucket_list(client)
    services.bucket_list(client)
    services.forget(client)
    services.bucket_list(client)
    assert hosted.count(CALL) == 2
