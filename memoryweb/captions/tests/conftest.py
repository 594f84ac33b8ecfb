"""What the tests of the captions share: an endpoint to ask, a queue to look into, and images that wait."""

import pytest

from memoryweb.captions import endpoint, services
from memoryweb.captions.models import Caption
from memoryweb.captions.tests import vision as vision_server
from memoryweb.tests.hosted import picture


@pytest.fixture
def vision(settings):
    """A real endpoint, which CAPTION_URL names."""
    with vision_server.running() as running:
        settings.CAPTION_URL, settings.CAPTION_MODEL, settings.CAPTION_KEY = running.url, vision_server.MODEL, vision_server.KEY
        yield running
        endpoint._session().close()


@pytest.fixture
def queue(settings):
    """The tasks that were queued, oldest first; nobody does them."""
    import django_tasks.signals  # noqa: F401  # lets the queue follow the settings

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    return django_tasks.default_task_backend.results


class Album:
    """Images on the embedded server."""

    def __init__(self, client, person):
        self.client, self.person = client, person

    def add(self, description="IMG 4711", date="2025-03-04 - ", **fields):
        """A new image, past the journal; returns its id."""
        return self.client.add_new_memory(f"{date}{description}", image=picture(), **fields).memory_id

    def wanted(self, description="IMG 4711", date="2025-03-04 - ", **fields):
        """A new image that is to be described, as its Caption."""
        memory_id = self.add(description, date, **fields)
        services.wanted(self.client, self.person, memory_id, description)
        return Caption.objects.get(memory_id=memory_id)

    def text(self, caption):
        """What its description is now."""
        return self.client.get_memory(caption.memory_id).text


@pytest.fixture
def album(embedded, owner):
    return Album(embedded, owner)
