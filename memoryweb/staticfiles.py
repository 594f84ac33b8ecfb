"""Static files under names that change with their content."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS = (
    (r"""(?P<matched>from\s*["'](?P<url>\./[^"']+)["'])""", 'from "%(url)s"'),
    (r"""(?P<matched>import\(["'](?P<url>\./[^"']+)["']\))""", 'import("%(url)s")'),
)
_COMMENTS = {
    "js/*.js": re.compile(
        r"^[ \t]*//.*\n", re.MULTILINE
    ),  # whole lines; what looks like one within a string is not on a line of its own
    "memoryweb.css": re.compile(r"/\*.*?\*/\s*", re.DOTALL),
}


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Our modules name each other by those names too; under two names, a browser would load and start a module twice.

    Our comments stay at home: they are for whoever reads the source, and would be 4 KB of the first visit.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _IMPORTS))

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Called by `collectstatic`, with where each file came from."""
        for name in [] if dry_run else list(paths):
            for pattern, comments in _COMMENTS.items():
                if fnmatch(name, pattern):
                    copy = Path(self.path(name))
                    copy.write_text(comments.sub("", copy.read_text(encoding="utf-8")), encoding="utf-8")
                    paths[name] = self, name
        yield from super().post_process(paths, dry_run=dry_run, **options)
