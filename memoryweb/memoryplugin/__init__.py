"""The service module: `connect` gives the client that pages and commands use, for the service that is in use."""

from functools import partial
from typing import Any

from django.conf import settings

from memoryweb.connection import inuse
from memoryweb.connection.addresses import Reach

from .addresses import is_loopback, is_public
from .client import MemoryPluginClient
from .errors import RefusedToken, UnreadableToken
from .local import LOCAL_URL

_MAY_REACH = {Reach.ANY: None, Reach.PUBLIC: is_public, Reach.HERE: is_loopback}


def connect(person: Any) -> MemoryPluginClient:
    """A client for the hosted service where one is connected, else for the embedded server; `person` is who acts."""
    return client_for(inuse.current(), person)


def client_for(service: inuse.Service, person: Any) -> MemoryPluginClient:
    """A client for this service, whether it is in use or only tried."""
    if service.is_embedded:
        return MemoryPluginClient(LOCAL_URL, acting_person=person)
    return MemoryPluginClient(
        service.url,
        None if service.is_unreadable else service.token,
        acting_person=person,
        image_hosts=settings.MEMORYPLUGIN_IMAGE_HOSTS,
        account=service.account,
        may_reach=_MAY_REACH[service.reach],
        refused=partial(_refused, person, service),
    )


def _refused(person: Any, service: inuse.Service) -> RefusedToken:
    from memoryweb.connection import sentences  # knows tables, which this module has to do without until Django is set up

    title, sentence = sentences.refused(person, service)
    kind = UnreadableToken if service.is_unreadable else RefusedToken
    return kind(sentence, title=title)
