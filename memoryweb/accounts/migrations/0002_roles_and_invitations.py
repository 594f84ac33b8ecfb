"""Roles and invitations. Everybody who exists already is an owner; who comes later is a viewer unless somebody says otherwise."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [("viewer", "Viewer"), ("contributor", "Contributor"), ("editor", "Editor"), ("owner", "Owner")]


class Migration(migrations.Migration):
    """Adds a column with one default for the rows that are there, and then another one for those to come."""

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField("user", "role", models.CharField(choices=ROLES, default="owner", max_length=20)),
        migrations.AlterField("user", "role", models.CharField(choices=ROLES, default="viewer", max_length=20)),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("role", models.CharField(choices=ROLES, max_length=20)),
                ("email", models.EmailField(blank=True, help_text="where it was sent", max_length=254)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "made_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
