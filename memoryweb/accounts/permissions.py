"""Who may do what: the one place that decides. Pages ask it what to show, views and the API what to allow.

A role allows actions, everywhere alike; what else may narrow them one day, such as the bucket, becomes another argument of `may`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from .models import Role, User


class Action(StrEnum):
    """What somebody may do, or not."""

    SELF = "self"  # what concerns the own account: password, second factor, signing out
    READ = "read"  # everything that is there: memories, buckets, history, trash
    ADD = "add"  # new memories
    CHANGE_OWN = "change own"  # edit, move, merge, delete and restore what one has added, and take back what one did
    CHANGE = "change"  # the same with what anybody has added
    ARRANGE = "arrange"  # buckets, and the examples
    GOVERN = "govern"  # people, invitations and their tokens


_VIEWER = frozenset({Action.SELF, Action.READ})
_CONTRIBUTOR = _VIEWER | {Action.ADD, Action.CHANGE_OWN}
_EDITOR = _CONTRIBUTOR | {Action.CHANGE, Action.ARRANGE}
ALLOWED = {
    Role.VIEWER: _VIEWER,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.EDITOR: _EDITOR,
    Role.OWNER: _EDITOR | {Action.GOVERN},
}
ABOUT = {  # what a role means, for the person who gives it
    Role.VIEWER: "reads everything",
    Role.CONTRIBUTOR: "reads, adds, and changes what they added",
    Role.EDITOR: "changes everything, buckets too",
    Role.OWNER: "an editor who also looks after people",
}
# What each page needs, by the name of its address. What is missing here is open to owners alone.
PAGES = {
    "accounts:signout": Action.SELF,
    "accounts:password": Action.SELF,
    "account_reauthenticate": Action.SELF,
    "mfa_reauthenticate": Action.SELF,
    "mfa_index": Action.SELF,
    "mfa_activate_totp": Action.SELF,
    "mfa_deactivate_totp": Action.SELF,
    "mfa_view_recovery_codes": Action.SELF,
    "mfa_generate_recovery_codes": Action.SELF,
    "accounts:people": Action.GOVERN,
    "accounts:invite": Action.GOVERN,
    "accounts:revoke_invitation": Action.GOVERN,
    "accounts:change_role": Action.GOVERN,
    "accounts:disable": Action.GOVERN,
    "accounts:enable": Action.GOVERN,
    "accounts:reset": Action.GOVERN,
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
MOST_NAMES = 3


def may(person: Any, action: Action | str, author: str | int | None = None) -> bool:
    """Whether this person may do that; nobody may, who is not signed in or is disabled.

    `author` is the id of who added the memory that it is about, None where that is not known: then it is nobody's own.
    """
    if not isinstance(person, User) or not person.is_active:
        return False
    allowed = ALLOWED.get(person.role, frozenset())  # type: ignore[call-overload]  # a Role is the text that it stands for
    if action == Action.CHANGE and author is not None and str(author) == str(person.pk):
        action = Action.CHANGE_OWN
    return action in allowed


def why_not(person: Any, action: Action) -> str:
    """What the role does not allow, in a sentence that names who can help."""
    what = _NOT.get(action, "do this")
    return f"As {_with_article(_role_of(person))} you cannot {what}. Ask {_owners()}."


def why_not_foreign(author_name: str = "") -> str:
    """The same for a memory that somebody else added."""
    whom = f"{author_name}, who added this one, or " if author_name else ""
    return f"You can change what you added yourself. Ask {whom}{_owners()}."


def _role_of(person: Any) -> str:
    return Role(person.role).label.lower() if getattr(person, "role", None) in Role.values else "stranger"


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _owners() -> str:
    """Those who can help, by name."""
    names = list(
        User.objects.filter(role=Role.OWNER, is_active=True).order_by("id").values_list("username", flat=True)[:MOST_NAMES]
    )
    return "an owner: " + either(names) if names else "whoever runs memoryweb"


def either(names: Sequence[str]) -> str:
    """The names as one says them: "Ann, Ben or Cleo"."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
