"""memoryweb: the web dashboard for what AI assistants remember.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when several processes write to it. The pysqlite3 wheels
carry a newer one; it takes the standard module's place here, in the package that every entry point (manage.py, the
server, pytest) imports first. Where no wheel exists, `memoryweb.settings` leaves WAL mode off.
"""

import sys

__version__ = "0.1.0"

try:
    import pysqlite3
except ImportError:
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
