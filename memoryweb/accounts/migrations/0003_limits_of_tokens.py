"""What a token may be limited to, when it was used, and names that are each person's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Tokens that are there stay as they are: for everything their person may, without an end."""

    dependencies = [
        ("accounts", "0002_roles_and_invitations"),
    ]

    operations = [
        migrations.AddField(
            "token",
            "buckets",
            models.JSONField(help_text="ids of the embedded server's buckets, as strings; null for all", null=True),
        ),
        migrations.AddField("token", "read_only", models.BooleanField(default=False)),
        migrations.AddField("token", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("token", "last_used_at", models.DateTimeField(help_text="to the minute", null=True)),
        migrations.RemoveConstraint("token", "token_name_unique_while_valid"),
        migrations.AddConstraint(
            "token",
            models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True)), fields=("user", "name"), name="token_name_unique_per_person"
            ),
        ),
    ]
