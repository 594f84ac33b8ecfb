"""Images in an S3-compatible store: moto's server, over HTTP, with the settings as they are read from the environment."""

import itertools
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from memoryweb import fingerprints, s3
from memoryweb.localapi import images, similar, store, trash
from memoryweb.localapi.models import Memory
from memoryweb.tests.environment import DOCUMENTED

if os.environ.get("REQUIRE_S3") == "1":
    import storages  # noqa: F401  # where the extra must be tested, its absence fails
pytest.importorskip("storages")
boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

pytestmark = pytest.mark.django_db
_numbers = itertools.count(1)
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def endpoint():
    """The address of a server that speaks S3."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def keys(endpoint, settings):
    """Images go to a bucket of this test; gives the names of what lies there."""
    client = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="k", aws_secret_access_key="s")
    bucket = f"images-{next(_numbers)}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.STORAGES = settings.STORAGES | {"default": s3.storage(bucket, endpoint, "eu-central-1", "k", "s")}
    yield lambda: sorted(each["Key"] for each in client.list_objects_v2(Bucket=bucket).get("Contents", []))
    for each in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        client.delete_object(Bucket=bucket, Key=each["Key"])


@pytest.fixture
def image():
    file = BytesIO()
    Image.linear_gradient("L").resize((1000, 500)).save(file, "PNG")
    return images.clean(file.getvalue())


def thumbnails(image):
    stem = image.name.removesuffix(".png")
    return [f"{stem}.{width}.webp" for width in (1280, 320, 640)]


def test_image_and_thumbnails_lie_in_the_bucket_and_nowhere_else(keys, image, settings):
    store.add("A gradient.", image=image)
    assert keys() == sorted([image.name, *thumbnails(image)])
    assert not settings.MEDIA_ROOT.exists()


def test_they_are_served_from_there(keys, image, signed_in):
    memory_id, _ = store.add("A gradient.", image=image)
    address = reverse("memories:image", args=[memory_id])
    assert signed_in.get(address).content == image.content
    small = Image.open(BytesIO(signed_in.get(f"{address}?w=320").content))
    assert (small.format, small.size) == ("WEBP", (320, 160))


def test_the_same_image_is_stored_once(keys, image):
    store.add("A gradient.", image=image)
    store.add("The same gradient.", image=image)
    assert len(keys()) == 4


def test_they_go_with_the_last_memory(transactional_db, keys, image):
    ids = [store.add(text, image=image)[0] for text in ("One.", "Two.")]
    trash.delete(ids[:1])
    trash.purge(timezone.now())
    assert len(keys()) == 4
    trash.delete(ids[1:])
    trash.purge(timezone.now())
    assert keys() == []


def test_a_thumbnail_that_is_missing_is_made_and_stored(keys, image):
    signed = images.sign(image.name)
    store.add("A gradient.", image=image)
    default_storage.delete(thumbnails(image)[1])
    assert Client().get(f"/api/images/{signed}?width=320").status_code == 200
    assert len(keys()) == 4


@pytest.fixture
def shapes():
    """A picture with something in it, as a file."""
    picture = Image.new("RGB", (1000, 500), "white")
    for number in range(9):
        across, down = 100 * number, number * 170 % 450
        ImageDraw.Draw(picture).ellipse((across, down, across + 150, down + 120), fill=(28 * number, 60, 255 - 28 * number))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_an_upload_is_found_by_its_name_and_beside_its_copy_and_leaves_nothing_behind(transactional_db, keys, shapes, embedded):
    copy = BytesIO()
    Image.open(BytesIO(shapes)).resize((400, 200)).save(copy, "JPEG", quality=60)
    one = embedded.add_new_memory("Some shapes.", image=shapes, file_name="IMG_2041.png").memory_id
    two = embedded.add_new_memory("A small one.", image=copy.getvalue(), file_name="thumb.jpg").memory_id
    assert [memory.id for memory in embedded.get_memories_and_buckets(query="2041").memories] == [one]
    assert [memory.id for memory in embedded.get_similar_images(one)] == [two]
    embedded.bulk_delete_memories([one, two])
    trash.purge(timezone.now())
    assert keys() == []


def test_images_of_before_there_were_fingerprints_get_theirs_from_there(keys, shapes):
    image = images.clean(shapes)
    store.add("Some shapes.", image=image)
    Memory.objects.update(fingerprint=None)
    assert similar.look(60) == 1
    assert fingerprints.near(Memory.objects.get().fingerprint, [(1, image.fingerprint)], most=4)


def test_what_is_not_there_is_a_404(keys, image):
    assert Client().get(f"/api/images/{images.sign(image.name)}").status_code == 404


def test_a_write_that_fails_leaves_nothing_there(keys, image, monkeypatch):
    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr("memoryweb.localapi.buckets.count", full)
    with pytest.raises(OSError, match="no space"):
        store.add("A gradient.", image=image)
    assert keys() == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", ""])
def test_the_settings_lead_there(tmp_path, url):
    program = (
        "from django.core.files.storage import storages; s = storages['default'];"
        "print(type(s).__name__, s.bucket_name, s.endpoint_url, s.access_key)"
    )
    environment = {name: value for name, value in os.environ.items() if name not in DOCUMENTED}
    environment |= {"ENV_FILE": "", "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "memoryweb.settings"}
    environment |= {"IMAGES_BUCKET": "pictures", "IMAGES_URL": url, "IMAGES_KEY": "k", "IMAGES_SECRET": "s", "IMAGES_REGION": "eu"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["S3Storage", "pictures", url or "None", "k"], done.stderr
