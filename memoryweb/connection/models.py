"""The one table of the connection: the service that an owner chose on the page, and its token, encrypted."""

from django.conf import settings
from django.db import models

ONLY = 1  # the key of the one row


class Connection(models.Model):
    """The service that is used where the environment names no token. Without a row, memories are kept here.

    `token` is what `cipher.encrypt` made of address and token together, so that neither can be exchanged by itself.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    url = models.CharField(max_length=500)
    token = models.TextField()
    last_four = models.CharField(max_length=4, blank=True)
    account = models.CharField(max_length=80, help_text="MemoryPluginClient.account: under it history and caches know the account")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField()
    tested_at = models.DateTimeField(help_text="when the service last accepted the token in a test")
