"""The raw SQL of the floor: what the index answers when it is asked for any of the words, best first, and nothing more.

Placeholders are SQLite's own.
"""

from memoryweb import words

SEARCH = "SELECT rowid FROM memory_index WHERE memory_index MATCH ? ORDER BY bm25(memory_index) LIMIT 30"
LIST = "SELECT * FROM localapi_memory ORDER BY created_at DESC, id DESC LIMIT 30"
KEPT_COUNTS = "SELECT id, name, text_count, image_count FROM localapi_bucket"
# The same counted anew, and as fast as that goes: all of a bucket by an index, and what is no text among them by another.
LIVE_COUNTS = """
    SELECT id, name, coalesce(every.number, 0) - coalesce(images.number, 0), coalesce(images.number, 0) FROM localapi_bucket
    LEFT JOIN (SELECT bucket_id, count(*) AS number FROM localapi_memory GROUP BY bucket_id) AS every ON every.bucket_id = id
    LEFT JOIN (SELECT bucket_id, count(*) AS number FROM localapi_memory WHERE content_type = 'image' GROUP BY bucket_id) AS images
        ON images.bucket_id = id
"""


def expression(query: str) -> str:
    """The FTS5 expression for any of the query's words."""
    return " OR ".join(f'"{words.stem(word)}"' for word in words.asked(query))
