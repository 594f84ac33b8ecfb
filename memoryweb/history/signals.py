"""What others are told of writes, so that what they keep of the service is not out of date."""

from django.dispatch import Signal

# Sent with `client` and `entries` (the Entry objects that were sent to the service, whatever became of them).
written = Signal()
