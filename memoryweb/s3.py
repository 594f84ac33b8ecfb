"""Images in an S3-compatible store instead of a folder, through django-storages, which requirements-s3.txt brings."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def storage(bucket: str, url: str, region: str, key: str, secret: str) -> dict[str, Any]:
    """What Django's STORAGES needs to keep files in this bucket.

    Without `url` it is Amazon's; without `key` and `secret`, credentials are looked for where boto3 does (its own environment
    variables and files, the machine's role). Raises ImproperlyConfigured without the extra.
    """
    if find_spec("storages") is None or find_spec("botocore") is None:
        raise ImproperlyConfigured(
            "IMAGES_BUCKET needs what requirements-s3.txt lists: .venv/bin/pip install --require-hashes -r requirements-s3.txt"
        )
    from botocore.config import Config

    options: dict[str, Any] = {
        "bucket_name": bucket,
        "endpoint_url": url or None,
        "region_name": region or None,
        "access_key": key or None,
        "secret_key": secret or None,
        "client_config": Config(
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 3},
            s3={"addressing_style": "path" if url else "auto"},  # names of buckets are no host names everywhere
            request_checksum_calculation="when_required",  # other servers than Amazon's do not know the newer ones
            response_checksum_validation="when_required",
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
