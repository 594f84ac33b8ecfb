"""Who added a memory."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a column without a default, for which SQLite makes no table anew."""

    dependencies = [
        ("localapi", "0006_file_name_and_fingerprint"),
    ]

    operations = [
        migrations.AddField(
            model, "added_by", models.BigIntegerField(help_text="accounts.User.id; empty where that is not known", null=True)
        )
        for model in ("memory", "trashedmemory")
    ]
