"""What is said of a token that does not work: to owners what to do, to everybody else whom to tell."""

from typing import Any

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action

from .inuse import Origin, Service, last_four


def refused(person: Any, service: Service) -> tuple[str, str]:
    """Title and sentence for this person, each empty for the error's own. Nobody in particular is who sits at the terminal."""
    if person is not None and not permissions.may(person, Action.GOVERN):
        return (
            "The memory service does not let memoryweb in",
            f"Nothing is lost, and only the connection has to be mended. Tell {permissions.owners()}.",
        )
    if service.is_unreadable:
        return "", (
            "The token that was saved is encrypted with a key that memoryweb does not have now, so nothing was sent. Put the key "
            "back (CONNECTION_KEYS, or connection.key in the data folder), or save the token again on the page “Connection”."
        )
    if service.origin is Origin.ENVIRONMENT:
        return "", ""
    end = last_four(service.token)
    return "", (
        f"The memory service answered, but does not accept the token{f' that ends in {end}' if end else ''}. It may have been "
        "replaced or withdrawn: make a new one there, and save it on the page “Connection”."
    )
