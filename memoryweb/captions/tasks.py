"""The task that is queued: it holds the number of a Caption, and nothing of the memory. Loaded only where captions are on."""

from django_tasks import task


@task()
def describe(caption_id: int) -> None:
    """Describe the image, if it still is to be described."""
    from . import describing  # the pages queue tasks without what it takes to do them

    describing.describe(caption_id)
