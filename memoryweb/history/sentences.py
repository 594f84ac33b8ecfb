"""What a batch did, as a sentence."""

from collections.abc import Mapping

from memoryweb.names import in_sentence

from .models import Batch, Entry

Operation = Batch.Operation
# How it is said once it is done, and before. `detail` is the batch's bucket, of a merge of buckets "this one into that one".
_FORMS: Mapping[str, tuple[str, str]] = {
    Operation.CREATE: ("added {memories}", "add {memories}"),
    Operation.CREATE_IMAGES: ("added {images}", "add {images}"),
    Operation.EDIT: ("edited {memories}", "edit {memories}"),
    Operation.DESCRIBE: ("described {images} automatically", "describe {images} automatically"),
    Operation.MOVE: ("moved {memories}{to}", "move {memories}{to}"),
    Operation.DELETE: ("deleted {memories}", "delete {memories}"),
    Operation.MERGE: ("merged {memories} into one", "merge {memories} into one"),
    Operation.RESTORE: ("restored {memories} from the trash", "restore {memories} from the trash"),
    Operation.CREATE_BUCKET: ("created the bucket {detail}", "create the bucket {detail}"),
    Operation.EDIT_BUCKET: ("changed the bucket {detail}", "change the bucket {detail}"),
    Operation.DELETE_BUCKET: ("deleted the bucket {detail}{with}", "delete the bucket {detail}{with}"),
    Operation.MERGE_BUCKET: ("merged the bucket {detail}", "merge the bucket {detail}"),
    Operation.LOAD: ("loaded {memories}", "load {memories}"),
}


def title(batch: Batch, number: int) -> str:
    """What the batch does to so many memories, said as if it were done: "Moved 3 memories to Cooking"."""
    return _upper(_said(batch, number)[0])


def sentence(batch: Batch, counts: Mapping[str, int], number: int | None = None) -> str:
    """The title; where nothing of it has come about, what was tried. `counts` are entries by outcome, `number` is `number_of`."""
    past, plan = _said(batch, number_of(batch, counts) if number is None else number)
    if any(counts.get(outcome) for outcome in (Entry.Outcome.DONE, Entry.Outcome.THERE, Entry.Outcome.PURGED)):
        return _upper(past)
    failed = counts.get(Entry.Outcome.FAILED) or counts.get(Entry.Outcome.CHANGED)
    return f"Could not {plan}" if failed else f"Began to {plan}"


def number_of(batch: Batch, counts: Mapping[str, int], others: int | None = None) -> int:
    """How many memories the batch is about, by its entries' outcomes: not the buckets, and not what a merge resulted in.

    `others` are its entries about buckets, where they have been counted.
    """
    root, _ = _root(batch)
    if others is None:
        others = batch.entries.filter(subject=Entry.Subject.BUCKET).count()
    return max(0, sum(counts.values()) - others - (root.operation == Operation.MERGE))


def takes_back(batch: Batch) -> bool:
    """Whether this batch takes something back; one that takes such a batch back does the first thing again."""
    return _root(batch)[1] % 2 == 1


def _said(batch: Batch, number: int) -> tuple[str, str]:
    root, times = _root(batch)
    words = {
        "memories": "a memory" if number == 1 else f"{number:,} memories",
        "images": "an image" if number == 1 else f"{number:,} images",
        "detail": in_sentence(root.detail),
        "to": f" to {in_sentence(root.detail)}" if root.detail else "",
        "with": _with(root, number),
    }
    past, plan = (form.format_map(words) for form in _FORMS[root.operation])
    if times:
        return (f"undid: {past}", f"undo: {past}") if times % 2 else (f"did again: {past}", f"do again: {past}")
    return past, plan


def _root(batch: Batch) -> tuple[Batch, int]:
    """What was done at first, and how many times that has been taken back and done again."""
    times = 0
    while batch.undoes is not None:
        batch, times = batch.undoes, times + 1
    return batch, times


def _with(root: Batch, number: int) -> str:
    if root.operation != Operation.DELETE_BUCKET or not number:
        return ""
    moved = root.entries.filter(subject=Entry.Subject.MEMORY, after__isnull=False).values_list("after", flat=True).first()
    where = in_sentence(moved["bucket_name"]) if moved else "the trash"
    return f" and moved {'its memory' if number == 1 else f'its {number:,} memories'} to {where}"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
