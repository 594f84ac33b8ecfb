"""Who may do what: the one place that decides. Pages ask it what to show, views and the API what to allow.

A role allows actions. It is the person's own everywhere, but for buckets in which they have another, and a token narrows both.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final

from . import bucketroles
from .models import Role, Token, User


class Action(StrEnum):
    """What somebody may do, or not."""

    SELF = "self"  # what concerns the own account: password, second factor, signing out
    READ = "read"  # what is there: memories, buckets, history, trash
    ADD = "add"  # new memories
    CHANGE_OWN = "change own"  # edit, move, merge, delete and restore what one has added, and take back what one did
    CHANGE = "change"  # the same with what anybody has added
    ARRANGE = "arrange"  # the bucket itself; new buckets, names and the examples take who may in every bucket
    GOVERN = "govern"  # people, invitations and their tokens


_NOBODY = frozenset({Action.SELF})
_VIEWER = _NOBODY | {Action.READ}
_CONTRIBUTOR = _VIEWER | {Action.ADD, Action.CHANGE_OWN}
_EDITOR = _CONTRIBUTOR | {Action.CHANGE, Action.ARRANGE}
ALLOWED = {
    Role.NONE: _NOBODY,
    Role.VIEWER: _VIEWER,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.EDITOR: _EDITOR,
    Role.OWNER: _EDITOR | {Action.GOVERN},
}
ABOUT = {  # what a role means, for the person who gives it
    Role.NONE: "sees nothing but the buckets that are opened for them",
    Role.VIEWER: "reads everything",
    Role.CONTRIBUTOR: "reads, adds, and changes what they added",
    Role.EDITOR: "changes everything, buckets too",
    Role.OWNER: "changes everything, and looks after people",
}
# What each page needs, by the name of its address. What is missing here is open to owners alone.
PAGES = {
    "accounts:signout": Action.SELF,
    "accounts:password": Action.SELF,
    "account_reauthenticate": Action.SELF,
    "mfa_reauthenticate": Action.SELF,
    "mfa_reauthenticate_webauthn": Action.SELF,
    "mfa_add_webauthn": Action.SELF,
    "mfa_remove_webauthn": Action.SELF,
    "oidc_link": Action.SELF,
    "oidc_unlink": Action.SELF,
    "mfa_index": Action.SELF,
    "mfa_activate_totp": Action.SELF,
    "mfa_deactivate_totp": Action.SELF,
    "mfa_view_recovery_codes": Action.SELF,
    "mfa_generate_recovery_codes": Action.SELF,
    "accounts:tokens": Action.SELF,
    "accounts:revoke_token": Action.SELF,
    "accounts:people": Action.GOVERN,
    "accounts:person": Action.GOVERN,
    "accounts:invite": Action.GOVERN,
    "accounts:revoke_invitation": Action.GOVERN,
    "accounts:disable": Action.GOVERN,
    "accounts:enable": Action.GOVERN,
    "accounts:reset": Action.GOVERN,
    "connection:page": Action.GOVERN,
    "connection:test": Action.GOVERN,
    "connection:remove": Action.GOVERN,
    "audit:index": Action.GOVERN,
    "audit:export": Action.GOVERN,
    "status": Action.READ,
    "buckets:manage": Action.READ,
    "buckets:new": Action.ARRANGE,
    "buckets:renew": Action.READ,
    "buckets:edit": Action.ARRANGE,
    "buckets:delete": Action.ARRANGE,
    "buckets:merge": Action.ARRANGE,
    "history:index": Action.READ,
    "history:batch": Action.READ,
    "history:undo_last": Action.CHANGE_OWN,
    "history:undo": Action.CHANGE_OWN,
    "history:continue": Action.CHANGE_OWN,
    "history:retry": Action.CHANGE_OWN,
    "history:check": Action.CHANGE_OWN,
    "memories:browse": Action.READ,
    "memories:assistant": Action.READ,
    "memories:memory": Action.READ,
    "memories:text": Action.READ,
    "memories:why": Action.READ,
    "memories:versions": Action.READ,
    "memories:image": Action.READ,
    "memories:view": Action.READ,
    "captions:caption": Action.READ,  # beginning anew changes nothing that somebody wrote
    "memories:similar": Action.READ,
    "memories:export": Action.READ,
    "memories:trash": Action.READ,
    "memories:new": Action.ADD,
    "memories:check": Action.ADD,
    "memories:add_image": Action.ADD,
    "memories:edit": Action.CHANGE_OWN,
    "memories:move": Action.CHANGE_OWN,
    "memories:delete": Action.CHANGE_OWN,
    "memories:merge": Action.CHANGE_OWN,
    "memories:losses": Action.CHANGE_OWN,
    "memories:restore": Action.CHANGE_OWN,
    "memories:load_examples": Action.ARRANGE,
    "memories:remove_examples": Action.ARRANGE,
}
_NOT = {
    Action.ADD: "add memories",
    Action.CHANGE_OWN: "change memories",
    Action.CHANGE: "change memories of others",
    Action.ARRANGE: "change buckets",
    Action.GOVERN: "do this",
}
_NOT_EVERYWHERE = {
    Action.ADD: "Choose a bucket: you cannot add memories to every one.",
    Action.ARRANGE: "Buckets are made, named and merged by those who are editors in every bucket.",
}
MOST_NAMES = 3
_RANK: dict[str, int] = {role: rank for rank, role in enumerate(Role)}
EMBEDDED = "embedded"  # the `service` of the embedded server's buckets


class Somewhere(Enum):
    """The type of SOMEWHERE: of what is no bucket."""

    SOMEWHERE = "somewhere"


SOMEWHERE: Final = Somewhere.SOMEWHERE
Place = str | int | None | Somewhere


@dataclass(frozen=True, slots=True)
class Seen:
    """Which buckets somebody sees: those of these ids only, or all but those. `None in seen`, of a bucket that nobody knows,
    is true where all are seen.
    """

    ids: frozenset[str] = frozenset()
    is_only: bool = False

    @property
    def is_all(self) -> bool:
        """Whether no bucket is closed, nor one that will be there tomorrow."""
        return not self.ids and not self.is_only

    def __contains__(self, bucket: str | int | None) -> bool:
        return self.is_all if bucket is None else (str(bucket) in self.ids) == self.is_only


EVERY_BUCKET = Seen()


def may(
    person: Any, action: Action | str, author: str | int | None = None, bucket: Place = SOMEWHERE, service: str = EMBEDDED
) -> bool:
    """Whether this person may do that; nobody may, who is not signed in or is disabled.

    `author` is the id of who added the memory that it is about, None where that is not known: then it is nobody's own. `bucket` is
    the id of where it is done, None where that is not known: then it takes who may everywhere. Without one it is whether they may
    somewhere, and so whether a page is for them at all.
    """
    if not isinstance(person, User) or not person.is_active or person.role not in _RANK:
        return False
    if person.token and action in (Action.SELF, Action.GOVERN):
        return False  # whatever a script is let in for, its person's account and the people here are not part of it
    allowed = ALLOWED[role_in(person, bucket, service)]
    if action == Action.CHANGE and author is not None and str(author) == str(person.pk):
        action = Action.CHANGE_OWN
    return action in allowed


def role_in(person: User, bucket: Place = SOMEWHERE, service: str = EMBEDDED) -> Role:
    """What the person is in this bucket, as far as their token goes; SOMEWHERE the highest of their roles, for None the lowest."""
    everywhere = Role(person.role) if person.role in _RANK else Role.NONE
    if not person.token and (everywhere == Role.OWNER or not person.has_bucket_roles):
        return everywhere  # as it is for most, and a page asks some sixty times
    own = {} if everywhere == Role.OWNER else bucketroles.of(person, service)
    token = person.token
    limits = token.buckets if token else None
    if bucket is None:
        role = _lowest(everywhere, *own.values(), *([] if limits is None else [Role.NONE]))
    elif bucket is not SOMEWHERE:
        role = Role(own.get(str(bucket), everywhere)) if limits is None or str(bucket) in limits else Role.NONE
    elif limits is not None:
        role = _highest(Role.NONE, *(own.get(key, everywhere) for key in limits))
    else:
        role = _highest(everywhere, *(bucketroles.anywhere(person) if everywhere != Role.OWNER else []))
    return _lowest(role, Role.VIEWER) if token and token.read_only else role


def _lowest(*roles: str) -> Role:
    return min(map(Role, roles), key=_RANK.__getitem__)


def _highest(*roles: str) -> Role:
    return max(map(Role, roles), key=_RANK.__getitem__)


def seen(person: Any, service: str = EMBEDDED) -> Seen:
    """Which buckets of the service this person sees: those where they may READ."""
    if not isinstance(person, User) or not person.is_active:
        return Seen(is_only=True)
    everywhere = person.role if person.role in _RANK else Role.NONE
    own = {} if everywhere == Role.OWNER else bucketroles.of(person, service)
    if person.token and person.token.buckets is not None:
        return Seen(frozenset(key for key in person.token.buckets if may(person, Action.READ, bucket=key, service=service)), True)
    is_only = everywhere == Role.NONE
    ids = frozenset(key for key, role in own.items() if (role == Role.NONE) != is_only)
    return Seen(ids, is_only) if ids or is_only else EVERY_BUCKET


def is_limited(person: Any) -> bool:
    """Whether some bucket of some service may be closed to the person; a look at the person alone, without a query."""
    if not isinstance(person, User):
        return True
    return person.role != Role.OWNER and (person.has_bucket_roles or _RANK.get(person.role, 0) == _RANK[Role.NONE])


def why_not(person: Any, action: Action, bucket: Place = SOMEWHERE, service: str = EMBEDDED) -> str:
    """What the role does not allow, in a sentence that names who can help; or what the token does not, of which they could more."""
    if isinstance(person, User) and person.token:
        whole = without_token(person)
        if may(whole, action, bucket=bucket, service=service):
            return _why_not_token(person.token, action)
        person = whole
    role = role_in(person, bucket, service) if isinstance(person, User) else Role.NONE
    if role == Role.NONE and bucket is SOMEWHERE:
        return f"No bucket is open to you yet. Ask {owners()}."
    what = _NOT.get(action, "do this")
    is_elsewhere = may(person, action)
    if bucket is None and is_elsewhere:
        return f"{_NOT_EVERYWHERE.get(action, f'You cannot {what} in every bucket.')} Ask {owners()}."
    if role == Role.NONE:
        return f"You cannot {what} there. Ask {owners()}."
    where = "in this bucket " if is_elsewhere else ""
    return f"As {called(role)} {where}you cannot {what}. Ask {owners()}."


def without_token(person: User) -> User:
    """The same person as they are in the pages."""
    whole = copy(person)
    whole.token = None
    return whole


def _why_not_token(token: Token, action: Action) -> str:
    if action in (Action.SELF, Action.GOVERN):
        return "No token may do this. Sign in to memoryweb."
    if token.read_only and action != Action.READ:
        return "This token may only read. Make another one that may write."
    return "This token is for other buckets. Make another one."


def why_not_foreign(author_name: str = "") -> str:
    """The same for a memory that somebody else added."""
    whom = f"{author_name}, who added this one, or " if author_name else ""
    return f"You can change what you added yourself. Ask {whom}{owners()}."


def with_article(name: str) -> str:
    """The name of a role as one says it: "an editor"."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def called(role: str) -> str:
    """What somebody of this role is, as one says it: "an editor"."""
    return "somebody without access" if role == Role.NONE else with_article(str(Role(role).label).lower())


def owners() -> str:
    """Those who can help, by name: "an owner: Ann or Ben"."""
    names = list(
        User.objects.filter(role=Role.OWNER, is_active=True).order_by("id").values_list("username", flat=True)[:MOST_NAMES]
    )
    return "an owner: " + either(names) if names else "whoever runs memoryweb"


def either(names: Sequence[str], word: str = "or") -> str:
    """The names as one says them: "Ann, Ben or Cleo"."""
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
