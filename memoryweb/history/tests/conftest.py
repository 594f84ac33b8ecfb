"""What the tests of the journal share."""

import pytest

from memories import curating
from memoryweb.history import current


class Desk:
    """One person at one account, who writes through the journal."""

    def __init__(self, client, person):
        self.client, self.person = client, person

    def bucket(self, name):
        """A bucket by its name, created when there is none."""
        known = {bucket.name: bucket for bucket in self.client.list_buckets()}
        return known.get(name) or self.client.create_bucket(name)

    def add(self, text, bucket="General"):
        """A new memory, past the journal."""
        return self.read(self.client.add_new_memory(text, bucket_id=self.bucket(bucket).id).memory_id)

    def read(self, memory_id):
        """How it stands now; None when it is not there."""
        return current.memories(self.client, [memory_id]).get(memory_id)

    def texts(self):
        """Every text with its bucket's name."""
        return sorted((memory.text, memory.bucket_name) for memory in self.client.get_memories(latest=True, count=500).memories)

    def __getattr__(self, name):
        """The functions of `curating`, on behalf of this person."""
        act = getattr(curating, name)
        return lambda *arguments: act(self.client, self.person, *arguments)


@pytest.fixture(params=["embedded", "hosted"])
def desk(request, owner):
    """A desk at the embedded server, and one at a stand-in for a hosted service."""
    if request.param == "hosted":
        request.getfixturevalue("hosted")
    return _desk(owner)


@pytest.fixture
def embedded_desk(owner):
    """A desk at the embedded server."""
    return _desk(owner)


@pytest.fixture
def hosted_desk(owner, hosted):
    """A desk at a stand-in for a hosted service, which is `desk.hosted`."""
    desk = _desk(owner)
    desk.hosted = hosted
    return desk


def _desk(owner):
    from memoryweb.memoryplugin import connect

    return Desk(connect(owner), owner)
