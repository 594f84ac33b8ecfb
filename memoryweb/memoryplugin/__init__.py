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
    return client_for(inuse.current(), person, is_in_use=True)


def client_for(service: inuse.Service, person: Any, *, is_in_use: bool = False) -> MemoryPluginClient:
    """A client for this service, whether it is in use or only tried; of one in use it is noted whether the token is accepted."""
    if service.is_embedded:
        return MemoryPluginClient(LOCAL_URL, acting_person=person)
    return MemoryPluginClient(
        service.url,
        None if service.is_unreadable else service.token,
        acting_person=person,
        image_hosts=settings.MEMORYPLUGIN_IMAGE_HOSTS,
        account=service.account,
        may_reach=_MAY_REACH[service.reach],
        refused=partial(_refused, person, service, is_in_use),
        accepted=partial(inuse.note_answer, is_refused=False) if is_in_use else None,
    )


def _refused(person: Any, service: inuse.Service, is_in_use: bool) -> RefusedToken:
    from memoryweb.connection import sentences  # knows tables, which this module has to do without until Django is set up

    if is_in_use and not service.is_unreadable:
        inuse.note_answer(is_refused=True)
    title, sentence = sentences.refused(person, service)
    kind = UnreadableToken if service.is_unreadable else RefusedToken
    return kind(sentence, title=title)
