"""The full-text index over memories."""

from django.db import migrations

from memoryweb.localapi import search


class Migration(migrations.Migration):
    """Makes the index and the triggers that keep it in step."""

    dependencies = [("localapi", "0001_initial")]
    operations = [migrations.RunSQL(search.CREATE_INDEX, search.DROP_INDEX)]
