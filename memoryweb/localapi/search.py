"""Full text: the index's tables, what a query means, and the ranking. The only SQL that other databases would not know.

FTS5 with external content: the index holds no text of its own, and triggers keep it in step with the memories whoever
changes them. An image is found by its description.
"""

import re
import unicodedata

from django.db import connection

CREATE_INDEX = [
    """CREATE VIRTUAL TABLE memory_index USING fts5(
        text, content='localapi_memory', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )""",
    """CREATE TRIGGER memory_index_insert AFTER INSERT ON localapi_memory BEGIN
        INSERT INTO memory_index(rowid, text) VALUES (new.id, new.text);
    END""",
    """CREATE TRIGGER memory_index_delete AFTER DELETE ON localapi_memory BEGIN
        INSERT INTO memory_index(memory_index, rowid, text) VALUES ('delete', old.id, old.text);
    END""",
    """CREATE TRIGGER memory_index_update AFTER UPDATE OF text ON localapi_memory BEGIN
        INSERT INTO memory_index(memory_index, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO memory_index(rowid, text) VALUES (new.id, new.text);
    END""",
]
DROP_INDEX = [
    "DROP TRIGGER memory_index_insert",
    "DROP TRIGGER memory_index_delete",
    "DROP TRIGGER memory_index_update",
    "DROP TABLE memory_index",
]

MOST_WORDS = 32
PREFIX_LETTERS = 3
WORD = re.compile(r"[^\W_]+")


def match_expression(query: str) -> str:
    """The FTS5 expression for what somebody typed: any of its words; empty when there is no word in it.

    Each word is quoted, so nothing typed is an operator. The last one also counts as a beginning from three letters on,
    since it may still be on its way.
    """
    words = WORD.findall(unicodedata.normalize("NFC", query))[:MOST_WORDS]  # else a combining accent would end a word
    terms = [f'"{word}"' for word in words]
    if words and len(words[-1]) >= PREFIX_LETTERS:
        terms[-1] += "*"
    return " OR ".join(terms)


def rank(query: str, *, bucket_id: int | None, content_type: str, skip: int, count: int) -> list[tuple[int, float]]:
    """The memories that match best as (Memory.id, score), best first; newer wins ties. Scores are positive bm25."""
    expression = match_expression(query)
    if not expression:
        return []
    conditions = ["memory_index MATCH %s"]
    values: list[str | int] = [expression]
    if bucket_id is not None:
        conditions.append("m.bucket_id = %s")
        values.append(bucket_id)
    if content_type:
        conditions.append("m.content_type = %s")
        values.append(content_type)
    sql = f"""
        SELECT m.id, -bm25(memory_index) AS score
        FROM memory_index JOIN localapi_memory m ON m.id = memory_index.rowid
        WHERE {" AND ".join(conditions)}
        ORDER BY score DESC, m.created_at DESC, m.id DESC
        LIMIT %s OFFSET %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, count, skip])
        return cursor.fetchall()
