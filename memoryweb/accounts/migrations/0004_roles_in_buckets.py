"""A role of one's own in a bucket, and none at all."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [
    ("none", "No access"),
    ("viewer", "Viewer"),
    ("contributor", "Contributor"),
    ("editor", "Editor"),
    ("owner", "Owner"),
]


class Migration(migrations.Migration):
    """Everybody keeps the role that they have, in every bucket."""

    dependencies = [
        ("accounts", "0003_limits_of_tokens"),
    ]

    operations = [
        migrations.AlterField("user", "role", models.CharField(choices=ROLES, default="viewer", max_length=20)),
        migrations.AlterField("invitation", "role", models.CharField(choices=ROLES, max_length=20)),
        migrations.AddField(
            "user",
            "has_bucket_roles",
            models.BooleanField(default=False, help_text="so that nobody looks for those of most people"),
        ),
        migrations.CreateModel(
            name="BucketRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "service",
                    models.CharField(help_text="MemoryPluginClient.service, since ids mean nothing elsewhere", max_length=80),
                ),
                ("bucket_id", models.CharField(max_length=200)),
                ("role", models.CharField(choices=ROLES, max_length=20)),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.AddConstraint(
            "bucketrole",
            models.UniqueConstraint(fields=("user", "service", "bucket_id"), name="one_role_in_a_bucket"),
        ),
    ]
