"""The service module: `connect` gives the client that pages and commands use, and knows which service that is."""

from typing import Any

from django.conf import settings

from .client import MemoryPluginClient
from .local import LOCAL_URL


def connect(person: Any) -> MemoryPluginClient:
    """A client for the hosted service where a token is set, else for the embedded server; `person` is who acts."""
    if settings.MEMORYPLUGIN_TOKEN:
        return MemoryPluginClient(
            settings.MEMORYPLUGIN_URL,
            settings.MEMORYPLUGIN_TOKEN,
            acting_person=person,
            image_hosts=settings.MEMORYPLUGIN_IMAGE_HOSTS,
        )
    return MemoryPluginClient(LOCAL_URL, acting_person=person)
