"""The full-text index over memories. 0006 has its triggers as they are now."""

from django.db import migrations

CREATE_INDEX = [
    "CREATE VIRTUAL TABLE memory_index USING fts5(stems, place, tokenize='ascii')",
    """CREATE TRIGGER memory_index_insert AFTER INSERT ON localapi_memory BEGIN
        INSERT INTO memory_index(rowid, stems, place)
        VALUES (new.id, stems(new.text), 'b' || new.bucket_id || ' t' || new.content_type);
    END""",
    """CREATE TRIGGER memory_index_delete AFTER DELETE ON localapi_memory BEGIN
        DELETE FROM memory_index WHERE rowid = old.id;
    END""",
    """CREATE TRIGGER memory_index_update AFTER UPDATE OF text, bucket_id ON localapi_memory BEGIN
        UPDATE memory_index SET stems = stems(new.text), place = 'b' || new.bucket_id || ' t' || new.content_type
        WHERE rowid = old.id;
    END""",
    """INSERT INTO memory_index(rowid, stems, place)
    SELECT id, stems(text), 'b' || bucket_id || ' t' || content_type FROM localapi_memory""",
]
DROP_INDEX = [
    "DROP TRIGGER memory_index_insert",
    "DROP TRIGGER memory_index_delete",
    "DROP TRIGGER memory_index_update",
    "DROP TABLE memory_index",
]


class Migration(migrations.Migration):
    """Makes the index and the triggers that keep it in step."""

    dependencies = [("localapi", "0001_initial")]
    operations = [migrations.RunSQL(CREATE_INDEX, DROP_INDEX)]
