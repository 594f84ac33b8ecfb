"""The newest memories of a source, without reading all of them. A table that the search no longer reads goes."""

import django.db.models.functions.text
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    """Adds an index."""

    dependencies = [("localapi", "0002_search_index")]
    operations = [
        migrations.RunSQL("DROP TABLE IF EXISTS memory_index_words", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="memory",
            index=models.Index(
                django.db.models.functions.text.Lower("source"),
                F("created_at").desc(),
                F("id").desc(),
                name="memory_newest_of_source",
            ),
        ),
    ]
