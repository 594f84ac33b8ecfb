"""The trash, and what memories were before."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds tables; those that are there stay untouched, since Django would make one anew that it alters in SQLite."""

    dependencies = [
        ("localapi", "0004_vector"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrashedBucket",
            fields=[
                ("name", models.CharField(max_length=80)),
                ("description", models.TextField(blank=True)),
                ("is_example", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("id", models.BigIntegerField(help_text="Bucket.id", primary_key=True, serialize=False)),
                ("deleted_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.SeparateDatabaseAndState(  # the column is the same
            state_operations=[
                migrations.AlterField("bucket", "created_at", models.DateTimeField(default=django.utils.timezone.now))
            ]
        ),
        migrations.CreateModel(
            name="TrashedMemory",
            fields=[
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("text", models.TextField(help_text="for an image, its description")),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of what makes two memories the same: text and image", max_length=64),
                ),
                ("content_type", models.CharField(choices=[("text", "Text"), ("image", "Image")], max_length=5)),
                ("image", models.CharField(blank=True, help_text="the file's name in the default storage", max_length=80)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("source", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_example", models.BooleanField(default=False)),
                ("id", models.BigIntegerField(help_text="Memory.id", primary_key=True, serialize=False)),
                ("bucket_id", models.BigIntegerField(help_text="of a Bucket or a TrashedBucket")),
                ("deleted_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-deleted_at", "-id"], name="trashed_last")],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("memory_id", models.BigIntegerField(help_text="of a Memory or a TrashedMemory")),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("bucket_id", models.BigIntegerField(help_text="of a Bucket or a TrashedBucket")),
                ("changed_at", models.DateTimeField(help_text="since when it was so")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("memory_id", "number"), name="version_of_memory")],
            },
        ),
    ]
