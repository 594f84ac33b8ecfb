"""Every payload in every field that is shown, in the database of an instance; and which fields those are.

The rows are copies of real ones, each with other texts. A field that nobody thought of is planted as well, and a table that nobody
thought of fails the proof.
"""

import secrets
from collections.abc import Callable, Sequence
from copy import copy
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from memoryweb.accounts import services
from memoryweb.accounts.models import Invitation, Role, Token, User
from memoryweb.captions.models import Caption
from memoryweb.history.models import Batch, Entry
from memoryweb.localapi.models import Bucket, Memory, TrashedBucket, TrashedMemory, Version
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture
from memoryweb.tests.payloads import MARK, Payload, payloads

AT_ONCE = 60  # payloads in one text, for the pages that show one memory
FAR = 1_000_000  # ids of what lies in the trash
NAMING = [choice for choice in Batch.Operation if choice == Batch.Operation.MOVE or choice.endswith("_bucket")]  # the bucket
LABELS = set[str]()  # fields that something was labelled for
Change = Callable[[Any, Payload], None]

# Text that no page shows, or that is nobody's words, by the field's name or the model's and its; why nothing is planted there.
NOT_SHOWN = {
    "digest": "made here", "public_id": "made here", "image": "made here", "key": "for comparing", "account": "made here",
    "service": "made here", "replaces": "made here", "password": "a hash", "first_name": "unused", "last_name": "unused",
    "subject_id": "an id", "memory_id": "an id", "bucket_id": "an id", "operation": "chosen", "address": "of the network",
    "user.email": "unused", "trashedbucket.description": "not before it is restored", "vector.model": "of the settings",
    "connection.url": "an address, and no other", "connection.token": "encrypted", "connection.last_four": "of a token",
}  # fmt: skip
NO_WORDS = {"Vector", "SignInLink", "BucketRole", "Connection", "Reads"}  # tables that hold nobody's words


def words_of(model: type[models.Model]) -> list[str]:
    """The fields of a table that hold somebody's words."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and not {field.name, f"{model._meta.model_name}.{field.name}"} & NOT_SHOWN.keys()
    ]


def labelled(payload: Payload, field: str, *, alone: bool = False) -> str:
    """The payload as it is stored in a field, with a label that tells where it has turned up; `alone` on lines of its own.

    The label is one word, so that no comparison of two texts takes it apart.
    """
    LABELS.add(field)
    label, gap = f"{MARK}_{field}_{payload.number}_", "\n\n" if alone else " "
    return f"{label}{payload.text}{gap}{label}" if payload.family == "turners" else f"{payload.text}{gap}{label}"


def packs(field: str) -> list[str]:
    """All of them in a few texts."""
    each = [labelled(payload, field, alone=True) for payload in payloads()]
    return ["\n\n".join(each[start : start + AT_ONCE]) for start in range(0, len(each), AT_ONCE)]


def nothing(row: Any, payload: Payload) -> None:
    """The change that changes nothing."""


def copies(sample: models.Model, change: Change = nothing, chosen: Sequence[Payload] = (), name: str = "") -> None:
    """For each of the payloads a row like `sample`, with it in every field that holds words; `change` does the rest."""
    model, rows = type(sample), []
    name = name or str(model._meta.model_name)
    for payload in chosen or payloads():
        row = copy(sample)
        row.pk, row._state = None, models.base.ModelState()  # type: ignore[attr-defined]
        for field in words_of(model):
            setattr(row, field, labelled(payload, f"{name}_{field}", alone=field == "text"))
        for unique in {"public_id", "digest"} & {field.name for field in model._meta.concrete_fields}:
            setattr(row, unique, f"mem_{secrets.token_hex(10)}")  # in which MARK does not stand by chance
        change(row, payload)
        rows.append(row)
    models.QuerySet(model).bulk_create(rows)


def assigned(**fields: Callable[[Payload], Any]) -> Change:
    """A change that sets these fields to what each function makes of the payload."""

    def change(row: Any, payload: Payload) -> None:
        for name, make in fields.items():
            setattr(row, name, make(payload))

    return change


class Planted:
    """What was planted, and where it is found."""

    def __init__(self) -> None:
        owner, now = services.owner(), timezone.now()
        client = connect(owner)
        text = self._memory(client.add_new_memory("2025-03-04 - A sample.").memory_id)
        image = self._memory(client.add_new_memory("2025-03-04 - A sample.", image=picture(), file_name="a sample.png").memory_id)
        self.packs = [client.add_new_memory(said).memory_id for said in packs("pack_text")]
        described = enumerate(packs("pack_description"))
        self.picture_packs = [client.add_new_memory(said, image=picture(9 + number)).memory_id for number, said in described]
        copies(User(role=Role.VIEWER, password="!"))
        people = dict(User.objects.filter(username__contains=MARK).values_list("username", "pk"))
        self.people = [people[labelled(each, "user_username")] for each in payloads()]
        by_them = assigned(added_by=lambda each: self.people[each.number])
        copies(text, by_them)
        copies(image, by_them, name="image")
        self.texts, self.images = self._ids_of("memory_text"), self._ids_of("image_text")
        self.of_versions = text.public_id
        of_text = Version(memory_id=text.pk, changed_at=now)
        copies(of_text, assigned(number=lambda each: 2 * each.number + 1, bucket_id=lambda each: FAR + each.number))
        Version.objects.bulk_create(
            Version(memory_id=text.pk, bucket_id=text.bucket_id, changed_at=now, number=2 * each.number + 2, text="Other words.")
            for each in payloads()
        )
        Memory.objects.filter(pk=text.pk).update(version=2 * len(payloads()) + 1)
        trashed = {field.name: getattr(text, field.name) for field in TrashedMemory._meta.fields if hasattr(text, field.name)}
        id_ = assigned(pk=lambda each: FAR + each.number)
        copies(TrashedBucket(deleted_at=now), id_)
        in_trash = assigned(pk=lambda each: FAR + each.number, bucket_id=lambda each: FAR + each.number)
        copies(TrashedMemory(**trashed, deleted_at=now), in_trash)
        copies(Invitation(role=Role.VIEWER, made_by=owner), assigned(made_at=lambda each: now))
        copies(Token(), assigned(user_id=lambda each: self.people[each.number]))
        self._journal(client.account, str(text.bucket_id))
        failed = Caption(account=client.account, state=Caption.State.FAILED, due_at=now, replaces="-")
        copies(failed, assigned(memory_id=lambda each: self.images[each.number]))
        self._audit(now)

    @staticmethod
    def _memory(memory_id: str) -> Memory:
        return Memory.objects.get(public_id=memory_id)

    @staticmethod
    def _ids_of(field: str) -> list[str]:
        """The ids of the memories whose text has this label, by the number of the payload."""
        found = Memory.objects.filter(text__contains=f"{MARK}_{field}_").order_by("pk")
        return list(found.values_list("public_id", flat=True))

    def _journal(self, account: str, bucket_id: str) -> None:
        others = [choice for choice in Batch.Operation if choice not in {*NAMING, Batch.Operation.UNDO}]
        operations = [*NAMING, *NAMING, *NAMING, *others]
        copies(Batch(account=account), assigned(
            operation=lambda each: operations[each.number % len(operations)], person_id=lambda each: self.people[each.number]
        ))  # fmt: skip
        self.batches = list(Batch.objects.filter(detail__contains=MARK).order_by("pk").values_list("pk", flat=True))

        def state(payload: Payload, when: str) -> dict[str, Any]:
            text, bucket = (labelled(payload, f"{when}_{field}") for field in ("text", "bucket_name"))
            name, description = (labelled(payload, f"{when}_{field}") for field in ("name", "description"))
            of_memory = {"text": text, "bucket_id": bucket_id, "bucket_name": bucket, "content_type": "text"}
            return of_memory | {"name": name, "description": description}

        before, after = (lambda each: state(each, "before")), (lambda each: state(each, "after"))
        gone, came = (
            (lambda each: before(each) if each.number % 2 else None),
            (lambda each: None if each.number % 2 else after(each)),
        )
        subjects = lambda each: ("memory", "bucket")[each.number // 2 % 2]  # noqa: E731
        for fields in (
            {"before": before, "after": after, "subject": lambda each: "memory"},
            {"before": before, "after": after, "subject": lambda each: "bucket"},
            {"before": gone, "after": came, "subject": subjects},
        ):
            copies(Entry(outcome=Entry.Outcome.FAILED), assigned(batch_id=lambda each: self.batches[each.number], **fields))

    def _audit(self, now: Any) -> None:
        if not apps.is_installed("memoryweb.audit"):
            return
        from memoryweb.audit.models import GROUPS, Event

        actions = list(Event.Action)
        chosen = lambda each: actions[each.number % len(actions)]  # noqa: E731
        copies(Event(at=now - timedelta(seconds=1)), assigned(action=chosen, group=lambda each: GROUPS[chosen(each)]))

    def buckets(self, chosen: Sequence[Payload]) -> list[int]:
        """A bucket for each of these; their ids."""
        copies(Bucket(), assigned(key=lambda each: f"{MARK} {each.number}"), chosen)
        return list(Bucket.objects.filter(key__startswith=f"{MARK} ").order_by("pk").values_list("pk", flat=True))


def untouched() -> list[str]:
    """Tables and fields of ours that hold words, in which nothing was planted."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in ("memoryweb", "memories", "buckets")]
    return [
        f"{model.__name__}.{field}"
        for model in ours
        if model.__name__ not in NO_WORDS
        for field in words_of(model)
        if not models.QuerySet(model).filter(**{f"{field}__contains": MARK}).exists()
    ]
