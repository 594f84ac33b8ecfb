"""A pytest plugin, loaded before the settings: tests see no setting of this machine and write into no data of its."""

import os
import tempfile

DOCUMENTED = (
    "ALLOWED_HOSTS", "AUDIT_DAYS", "CAPTION_KEY", "CAPTION_MODEL", "CAPTION_URL", "CONNECTION_KEYS", "DATA_DIR",
    "EMAIL_FROM", "EMAIL_HOST", "EMAIL_PASSWORD", "EMAIL_PORT", "EMAIL_SECURITY", "EMAIL_USER",
    "HOST", "HTTPS", "IMAGES_BUCKET", "IMAGES_KEY", "IMAGES_REGION", "IMAGES_SECRET", "IMAGES_URL", "IMAGE_CACHE_MB",
    "MEMORYPLUGIN_IMAGE_HOSTS", "MEMORYPLUGIN_TOKEN", "MEMORYPLUGIN_URL",
    "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_DOMAINS", "OIDC_NAME", "OIDC_ROLE", "OIDC_SERVER_URL",
    "PORT", "REDIS_URL", "SEARCH_LANGUAGE", "SECRET_KEY", "SEMANTIC_MODEL", "TIME_ZONE", "TRASH_DAYS", "WORKERS",
)  # fmt: skip

for name in DOCUMENTED:
    os.environ.pop(name, None)
os.environ["ENV_FILE"] = ""
os.environ["SECRET_KEY"] = "only-for-tests"
_folder = tempfile.TemporaryDirectory(prefix="memoryweb-tests-")
os.environ["DATA_DIR"] = _folder.name
