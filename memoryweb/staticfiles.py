"""Static files under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS = (
    (r"""(?P<matched>from\s*["'](?P<url>\./[^"']+)["'])""", 'from "%(url)s"'),
    (r"""(?P<matched>import\(["'](?P<url>\./[^"']+)["']\))""", 'import("%(url)s")'),
)


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Our modules name each other by those names too; under two names, a browser would load and start a module twice."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _IMPORTS))
