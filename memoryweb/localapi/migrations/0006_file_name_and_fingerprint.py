"""What images were called, which the search knows too, and how they look.

Columns are added to the tables as they stand: Django would make the tables anew, which drops the triggers. No memory has a file name
yet, so the index already holds what it should.
"""

from django.db import migrations, models

FILE_NAME = models.CharField(blank=True, help_text="what the image was called where it came from", max_length=200)
FINGERPRINT = models.BinaryField(help_text="how the image looks; empty where nothing tells, null until looked at", null=True)
INSERT = """CREATE TRIGGER memory_index_insert AFTER INSERT ON localapi_memory BEGIN
        INSERT INTO memory_index(rowid, stems, place)
        VALUES (new.id, {stems}, 'b' || new.bucket_id || ' t' || new.content_type);
    END"""
UPDATE = """CREATE TRIGGER memory_index_update AFTER UPDATE OF {columns} ON localapi_memory BEGIN
        UPDATE memory_index SET stems = {stems}, place = 'b' || new.bucket_id || ' t' || new.content_type
        WHERE rowid = old.id;
    END"""
DROP = ["DROP TRIGGER memory_index_insert", "DROP TRIGGER memory_index_update"]
AFTER = {"stems": "stems(new.text, new.file_name)", "columns": "text, file_name, bucket_id"}
BEFORE = {"stems": "stems(new.text)", "columns": "text, bucket_id"}


class Migration(migrations.Migration):
    """Adds two columns and their indexes, and has the triggers index file names."""

    dependencies = [("localapi", "0005_trash_and_versions")]
    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE localapi_{model} ADD COLUMN file_name varchar(200) NOT NULL DEFAULT ''",
                f"ALTER TABLE localapi_{model} DROP COLUMN file_name",
                state_operations=[migrations.AddField(model, "file_name", FILE_NAME)],
            )
            for model in ("memory", "trashedmemory")
        ),
        *(migrations.AddField(model, "fingerprint", FINGERPRINT) for model in ("memory", "trashedmemory")),
        migrations.AddIndex(
            model_name="memory",
            index=models.Index(
                condition=models.Q(fingerprint__isnull=False), fields=["id", "fingerprint"], name="memory_fingerprint"
            ),
        ),
        migrations.AddIndex(
            model_name="memory",
            index=models.Index(
                condition=~models.Q(image="") & models.Q(fingerprint=None), fields=["id"], name="memory_not_looked_at"
            ),
        ),
        migrations.RunSQL(
            [*DROP, INSERT.format(**AFTER), UPDATE.format(**AFTER)], [*DROP, INSERT.format(**BEFORE), UPDATE.format(**BEFORE)]
        ),
    ]
