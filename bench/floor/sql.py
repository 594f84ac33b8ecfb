"""The raw SQL of the floor: what the index answers when it is asked for any of the words, best first, and nothing more.

Placeholders are SQLite's own.
"""

from memoryweb import words

SEARCH = "SELECT rowid FROM memory_index WHERE memory_index MATCH ? ORDER BY bm25(memory_index) LIMIT 30"
LIST = "SELECT * FROM localapi_memory ORDER BY created_at DESC, id DESC LIMIT 30"
KEPT_COUNTS = "SELECT id, name, text_count, image_count FROM localapi_bucket"
LIVE_COUNTS = "SELECT bucket_id, count(*) FROM localapi_memory GROUP BY bucket_id"


def expression(query: str) -> str:
    """The FTS5 expression for any of the query's words."""
    return " OR ".join(f'"{words.stem(word)}"' for word in words.asked(query))
