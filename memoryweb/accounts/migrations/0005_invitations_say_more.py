"""Invitations say for whom they are and open single buckets; a link after a reset asks for a password."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was made before opens no single bucket and asks for no password."""

    dependencies = [
        ("accounts", "0004_roles_in_buckets"),
    ]

    operations = [
        migrations.AddField(
            "invitation",
            "for_whom",
            models.CharField(blank=True, default="", help_text="as who made it calls them", max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            "invitation",
            "service",
            models.CharField(blank=True, default="", help_text="of which bucket_roles are", max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            "invitation",
            "bucket_roles",
            models.JSONField(default=dict, help_text="roles in single buckets, by bucket id"),
        ),
        migrations.AddField(
            "signinlink",
            "asks_password",
            models.BooleanField(default=False, help_text="whether a password is chosen with it"),
        ),
    ]
