"""Image memories: what is taken in and what is refused, what is left of a file, and how long its address works."""

import hashlib
import struct
import time
import zlib
from io import BytesIO
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image, ImageCms, PngImagePlugin

from memoryweb import pictures
from memoryweb.localapi import buckets, examples, images, similar, store, trash
from memoryweb.localapi.errors import Refused
from memoryweb.localapi.models import Memory
from memoryweb.memoryplugin.errors import Invalid, NotFound

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
SECRET = "Nora's kitchen"


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def stored_files():
    """Every file in the storage of this test."""
    folders, _ = default_storage.listdir("") if default_storage.exists("") else ([], [])
    return [name for folder in folders for name in default_storage.listdir(folder)[1]]


def originals():
    """Those of them that are no thumbnails."""
    return [name for name in stored_files() if name.count(".") == 1]


def purge_all():
    """Empty the trash for good."""
    trash.purge(timezone.now())


def png(*chunks, width=1, height=1):
    """A PNG by hand: a header that says what it likes, then the chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    packed = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def animation(kind, frames=3, size=(4, 3)):
    pictures = [Image.new("RGB", size, (80 * number, 0, 0)) for number in range(frames)]
    output = BytesIO()
    pictures[0].save(output, kind, save_all=True, append_images=pictures[1:], duration=[100, 200, 300][:frames], loop=0)
    return output.getvalue()


class TestThroughTheApi:
    @pytest.mark.parametrize(("kind", "content_type"), KINDS.items())
    def test_an_image_can_be_stored_and_fetched(self, service, picture, kind, content_type):
        made = service.client.add_new_memory("a red square", image=picture(kind))
        memory = service.client.get_memory(made.memory_id)
        fetched = service.client.fetch_image(memory.image_url)
        assert (memory.content_type, memory.text, memory.width, memory.height) == ("image", "a red square", 4, 3)
        assert (fetched.content_type, opened(fetched.content).format) == (content_type, kind)

    @pytest.mark.parametrize("name", ["photo.jpg", "a.html", "../../evil.png", "x.svg", "\u202egnp.exe", "nul\0.png"])
    def test_its_bytes_decide_whatever_the_file_is_called(self, service, picture, name):
        files = {"image": (name, picture("PNG"), "text/html")}
        answer = service.call("POST", "/api/memory", data={"text": "a red square"}, files=files)
        url = service.client.get_memory(answer.json()["memoryId"]).image_url
        assert service.client.fetch_image(url).content_type == "image/png"

    def test_the_other_fields_come_along(self, service, picture):
        work = service.bucket("Work")
        fields = {"text": " a red square ", "bucketId": str(work), "source": "camera", "createdAt": "2025-03-04T05:06:07Z"}
        answer = service.call("POST", "/api/memory", data=fields, files={"image": picture()})
        memory = service.client.get_memory(answer.json()["memoryId"])
        assert (memory.text, memory.bucket_name, memory.source) == ("a red square", "Work", "camera")
        assert memory.created_at.isoformat() == "2025-03-04T05:06:07+00:00"

    def test_the_same_image_with_the_same_description_adds_nothing(self, service, picture):
        first = service.client.add_new_memory("a square", image=picture())
        again = service.client.add_new_memory("a square", image=picture())
        assert (again.is_duplicate, again.memory_id) == (True, first.memory_id)

    def test_another_image_or_another_description_is_another_memory(self, service, picture):
        service.client.add_new_memory("a square", image=picture(colour="red"))
        assert not service.client.add_new_memory("a square", image=picture(colour="blue")).is_duplicate
        assert not service.client.add_new_memory("one square", image=picture(colour="red")).is_duplicate
        assert not service.client.add_new_memory("a square").is_duplicate

    def test_the_answer_names_its_content(self, service, picture):
        memory = service.client.get_memory(service.client.add_new_memory("a square", image=picture()).memory_id)
        assert hashlib.sha256(service.client.fetch_image(memory.image_url).content).hexdigest() == memory.image_digest

    def test_a_new_description_keeps_the_image(self, service, picture):
        made = service.client.add_new_memory("a square", image=picture())
        service.client.update_or_move_memories([made.memory_id], text="a red square")
        memory = service.client.get_memory(made.memory_id)
        assert service.client.fetch_image(memory.image_url).content_type == "image/png"

    @pytest.mark.parametrize(
        "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a<script>"], ids=["empty", "svg", "gif"]
    )
    def test_what_is_no_image_is_refused_and_nothing_is_stored(self, service, content):
        with pytest.raises(Invalid, match="^image: "):
            service.client.add_new_memory("a square", image=content)
        assert (service.texts(), stored_files()) == ([], [])

    def test_over_10_mb_is_refused_and_nothing_is_stored(self, service, picture):
        with pytest.raises(Invalid, match="10 MB"):
            service.client.add_new_memory("a square", image=picture() + b"x" * 10_000_000)
        assert (service.texts(), stored_files()) == ([], [])

    def test_far_over_10_mb_is_refused_too(self, service, picture):
        files = {"image": picture() + b"x" * 11_000_000}
        answer = service.call("POST", "/api/memory", data={"text": "a square"}, files=files)
        assert (answer.status_code, answer.json()["error"][:7]) == (400, "image: ")

    @pytest.mark.parametrize(
        ("fields", "named"), [({}, "text"), ({"text": " "}, "text"), ({"text": "a", "bucketId": "x"}, "bucketId")]
    )
    def test_a_malformed_field_is_refused_and_named(self, service, picture, fields, named):
        answer = service.call("POST", "/api/memory", data=fields, files={"image": picture()})
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (400, named)
        assert stored_files() == []

    def test_an_unknown_bucket_stores_no_file(self, service, picture):
        answer = service.call("POST", "/api/memory", data={"text": "a", "bucketId": "999999"}, files={"image": picture()})
        assert (answer.status_code, stored_files()) == (400, [])

    def test_a_form_without_an_image_is_refused_and_says_so(self, service):
        answer = service.call("POST", "/api/memory", files={"text": (None, "a square")})
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (400, "image")

    @pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=x", "; boundary=" + "x" * 300])
    def test_a_broken_form_is_refused(self, service, boundary):
        headers = {"Content-Type": f"multipart/form-data{boundary}"}
        answer = service.call("POST", "/api/memory", data=b"--y\r\n\r\nnothing", headers=headers)
        assert answer.status_code == 400


class TestRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0" * 100,
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<!doctype html><script>alert(1)</script>",
            b"%PDF-1.7",
            b"GIF89a/*<script>alert(1)</script>*/",
            b"\x89PNG\r\n\x1a\n<script>",
            b"\xff\xd8\xff\xe0<html>",
            b"RIFF\x10\0\0\0WEBPVP8 <script>",
            png(),
            png((b"IDAT", b"")),
            png((b"IDAT", zlib.compress(b"\0"))),
            png((b"tEXt", b"x\0" + b"y" * 100)),
        ],
        ids=[
            "empty",
            "zeros",
            "svg",
            "html",
            "pdf",
            "gif",
            "png",
            "jpeg",
            "webp",
            "no pixels",
            "empty pixels",
            "few pixels",
            "text only",
        ],
    )
    def test_what_only_looks_like_an_image(self, content):
        with pytest.raises(Refused, match="^image: "):
            images.clean(content)

    @pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "DDS", "AVIF", "JPEG2000", "PDF", "EPS"])
    def test_formats_that_are_not_on_the_list(self, picture, kind):
        with pytest.raises(Refused, match="PNG, JPEG, WebP or GIF"):
            images.clean(picture(kind, size=(16, 16)))

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
    def test_truncated_files(self, kind, part):
        output = BytesIO()
        Image.effect_noise((64, 64), 90).convert("RGB").save(output, kind)
        content = output.getvalue()
        with pytest.raises(Refused, match="^image: "):
            images.clean(content[: int(len(content) * part)])

    @pytest.mark.parametrize(
        ("width", "height"), [(50_000, 50_000), (2**31 - 1, 1), (1, 2**31 - 1), (10_000, 4_001), (0, 0), (0, 5)]
    )
    def test_sizes_that_nobody_could_hold(self, width, height):
        with pytest.raises(Refused, match="^image: "):
            images.clean(png((b"IDAT", zlib.compress(b"\0" * 1000)), width=width, height=height))

    def test_a_picture_that_is_larger_without_its_tricks_is_refused(self, picture, monkeypatch):
        content = picture("JPEG", size=(400, 300), quality=1)
        monkeypatch.setattr(pictures, "MOST_BYTES", len(content))
        monkeypatch.setattr(pictures, "QUALITIES", (90, 80))
        with pytest.raises(Refused, match="written anew"):
            images.clean(content)

    def test_a_photo_is_saved_at_less_quality_before_it_is_refused(self, monkeypatch):
        output = BytesIO()
        Image.effect_noise((400, 300), 90).save(output, "JPEG", quality=70)
        monkeypatch.setattr(pictures, "MOST_BYTES", len(output.getvalue()))
        assert len(images.clean(output.getvalue()).content) <= pictures.MOST_BYTES

    def test_many_frames_count_together(self, monkeypatch):
        monkeypatch.setattr(pictures, "MOST_PIXELS", 35)
        assert images.clean(animation("GIF", frames=2)).width == 4
        with pytest.raises(Refused, match="megapixels"):
            images.clean(animation("GIF", frames=3))

    def test_one_byte_over_the_limit(self, picture, monkeypatch):
        content = picture()
        monkeypatch.setattr(pictures, "MOST_BYTES", len(content))
        images.clean(content)
        with pytest.raises(Refused, match="10 MB"):
            images.clean(content + b"x")


class TestCleaned:
    def exif(self, orientation=1):
        exif = Image.Exif()
        exif[0x0112], exif[0x010E], exif[0x8825] = orientation, SECRET, {1: "N", 2: (59.0, 54.0, 0.0)}
        return exif

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_no_exif_is_left(self, picture, kind):
        content = picture(kind, exif=self.exif())
        assert SECRET.encode() in content
        clean = images.clean(content).content
        assert SECRET.encode() not in clean
        assert not opened(clean).getexif()

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_no_colour_profile_is_left(self, picture, kind):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        content = picture(kind, icc_profile=profile)
        assert "icc_profile" in opened(content).info
        assert "icc_profile" not in opened(images.clean(content).content).info

    @pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
    def test_no_xmp_is_left(self, picture, kind):
        xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        content = picture(kind, **({"pnginfo": info} if kind == "PNG" else {"xmp": xmp}))
        assert SECRET.encode() in content
        assert SECRET.encode() not in images.clean(content).content

    def test_no_png_text_is_left(self, picture):
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", SECRET)
        info.add_text("Description", SECRET * 50, zip=True)
        content = picture("PNG", pnginfo=info)
        assert opened(content).info["Comment"] == SECRET
        clean = opened(images.clean(content).content)
        assert (clean.info, clean.text) == ({}, {})

    @pytest.mark.parametrize("kind", ["GIF", "JPEG"])
    def test_no_comment_is_left(self, picture, kind):
        content = picture(kind, comment=SECRET)
        assert SECRET.encode() in content
        assert SECRET.encode() not in images.clean(content).content

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_behind_the_image_is_left(self, picture, kind):
        tail = b"<script>alert(1)</script>PK\x03\x04"
        assert tail not in images.clean(picture(kind) + tail).content

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    @pytest.mark.parametrize(
        ("orientation", "size", "corner"),
        [(1, (32, 16), (1, 1)), (3, (32, 16), (30, 14)), (6, (16, 32), (14, 1)), (8, (16, 32), (1, 30))],
    )
    def test_orientation_is_applied(self, kind, orientation, size, corner):
        picture = Image.new("RGB", (32, 16), "blue")
        picture.paste("red", (0, 0, 8, 8))
        output = BytesIO()
        picture.save(output, kind, exif=self.exif(orientation))
        clean = images.clean(output.getvalue())
        red, _, blue = opened(clean.content).convert("RGB").getpixel(corner)
        assert (clean.width, clean.height) == opened(clean.content).size == size
        assert red > 150 > 100 > blue

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_an_animation_stays_one(self, kind):
        clean = opened(images.clean(animation(kind)).content)
        durations = []
        for number in range(clean.n_frames):
            clean.seek(number)
            clean.load()
            durations.append(clean.info["duration"])
        assert (clean.n_frames, durations, clean.info["loop"]) == (3, [100, 200, 300], 0)

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_what_a_frame_leaves_clear_does_not_show_the_one_before(self, kind):
        frames = [Image.new("RGBA", (8, 8), (0, 0, 0, 0)) for _ in range(2)]
        frames[0].paste((255, 0, 0, 255), (0, 0, 4, 8))
        frames[1].paste((0, 0, 255, 255), (4, 0, 8, 8))
        output = BytesIO()
        options = {"GIF": {"disposal": 2}, "WEBP": {"kmin": 0, "kmax": 1}}.get(kind, {})
        frames[0].save(output, kind, save_all=True, append_images=frames[1:], duration=100, **options)
        clean = opened(images.clean(output.getvalue()).content)
        clean.seek(1)
        shown = clean.convert("RGBA")
        assert (shown.getpixel((1, 4))[3], shown.getpixel((6, 4))[3]) == (0, 255)

    @pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("GIF", "RGBA")])
    def test_transparency_stays(self, kind, mode):
        output = BytesIO()
        Image.new("RGBA", (4, 3), (255, 0, 0, 0)).convert(mode).save(output, kind)
        assert opened(images.clean(output.getvalue()).content).convert("RGBA").getpixel((1, 1))[3] == 0

    @pytest.mark.parametrize(
        ("kind", "mode", "colour", "grey"),
        [("PNG", "1", 1, 255), ("PNG", "L", 200, 200), ("PNG", "P", 0, 0), ("PNG", "I;16", 40_000, 156), ("PNG", "RGB", "red", 76),
         ("JPEG", "L", 200, 200), ("JPEG", "CMYK", (0, 255, 255, 0), 76), ("GIF", "L", 200, 200), ("GIF", "1", 1, 255)],
    )  # fmt: skip
    def test_colours_stay_in_every_mode_of_the_formats(self, kind, mode, colour, grey):
        output = BytesIO()
        Image.new(mode, (4, 3), colour).save(output, kind)
        clean = opened(images.clean(output.getvalue()).content)
        assert abs(clean.convert("L").getpixel((1, 1)) - grey) <= 3

    def test_the_name_in_the_storage_comes_from_the_content_alone(self, picture):
        names = [images.clean(picture(colour=colour)).name for colour in ("red", "red", "blue")]
        assert names[0] == names[1] != names[2]
        assert names[0].endswith(".png")


class TestAddresses:
    @pytest.fixture
    def url(self, service, picture):
        made = service.client.add_new_memory("a red square", image=picture())
        return service.client.get_memory(made.memory_id).image_url

    def path(self, url):
        return url[url.index("/api/") :]

    @pytest.fixture
    def later(self, monkeypatch):
        """Moves the clock of the signatures."""
        now = time.time()
        return lambda seconds: monkeypatch.setattr("django.core.signing.time.time", lambda: now + seconds)

    def test_it_works_without_a_token(self, url):
        answer = Client().get(self.path(url))
        assert (answer.status_code, opened(answer.content).size) == (200, (4, 3))

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("Content-Type", "image/png"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ],
    )
    def test_it_is_served_as_an_image_and_nothing_else(self, service, url, header, value):
        assert service.get(self.path(url)).headers[header] == value

    def test_it_may_be_kept_by_browsers_alone(self, url):
        assert Client().get(self.path(url))["Cache-Control"].startswith("private")

    def test_it_takes_no_query(self, url):
        with CaptureQueriesContext(connection) as queries:
            Client().get(self.path(url))
        assert len(queries) == 0

    def test_it_works_for_four_hours(self, url, later):
        later(4 * 3600 - 60)
        assert Client().get(self.path(url)).status_code == 200

    def test_after_four_hours_it_is_a_json_403(self, url, later):
        later(4 * 3600 + 60)
        answer = Client().get(self.path(url))
        assert (answer.status_code, list(answer.json())) == (403, ["error"])

    def test_the_client_calls_that_not_found(self, service, url, later):
        later(4 * 3600 + 60)
        with pytest.raises(NotFound):
            service.client.fetch_image(url)

    def test_asking_again_gives_an_address_that_works(self, service, url, later):
        later(4 * 3600 + 60)
        fresh = service.client.get_memories_and_buckets().memories[0].image_url
        assert Client().get(self.path(fresh)).status_code == 200

    @pytest.mark.parametrize(
        "tamper",
        [
            lambda path: path[:-1] + ("A" if path[-1] != "A" else "B"),
            lambda path: path.rpartition(":")[0],
            lambda path: path.partition(":")[0],
            lambda path: path.replace(".png", ".jpg"),
            lambda path: "/api/images/../../memoryweb.sqlite3" + path[path.index(":") :],
            lambda path: "/api/images/:::",
            lambda path: "/api/images/%00",
        ],
        ids=["last letter", "no signature", "no time", "other name", "other file", "colons", "nul"],
    )
    def test_one_that_was_tampered_with_is_a_json_403(self, url, tamper):
        answer = Client().get(tamper(self.path(url)))
        assert (answer.status_code, list(answer.json())) == (403, ["error"])

    def test_one_whose_file_is_gone_is_a_json_404(self, service, url):
        service.client.delete_memory(service.client.get_memories_and_buckets().memories[0].id)
        purge_all()
        answer = Client().get(self.path(url))
        assert (answer.status_code, list(answer.json())) == (404, ["error"])


class TestThumbnails:
    @pytest.fixture
    def url(self, service, picture):
        """Makes an image memory; returns its address."""

        def make(size, kind="PNG", **options):
            made = service.client.add_new_memory("a square", image=picture(kind, size=size, **options))
            return service.client.get_memory(made.memory_id).image_url

        return make

    @pytest.mark.parametrize(
        ("width", "files"), [(200, [320]), (320, [320]), (321, [320, 640]), (641, [320, 640, 1280]), (3_000, [320, 640, 1280])]
    )
    def test_those_that_differ_are_made_at_upload(self, service, url, width, files):
        url((width, 10))
        assert sorted(int(name.split(".")[1]) for name in stored_files() if name.count(".") == 2) == files

    @pytest.mark.parametrize("width", [320, 640, 1280])
    @pytest.mark.parametrize("size", [(2_000, 1_000), (500, 250), (100, 50)])
    def test_they_are_so_wide_and_never_wider_than_the_picture(self, service, url, size, width):
        answer = service.get(urlsplit(url(size)).path, width=width)
        shown = min(width, size[0])
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
        assert (opened(answer.content).format, opened(answer.content).size) == ("WEBP", (shown, shown // 2))

    @pytest.mark.parametrize("width", ["0", "100", "1281", "-320", "x", "320.0", "9" * 30])
    def test_any_other_width_is_refused(self, service, url, width):
        answer = service.get(urlsplit(url((10, 10))).path, width=width)
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (400, "width")

    def test_the_client_asks_for_them(self, embedded, picture):
        made = embedded.add_new_memory("wide", image=picture(size=(1_000, 10)))
        memory = embedded.get_memory(made.memory_id)
        assert opened(embedded.fetch_image(memory.image_url, width=320).content).width == 320

    @pytest.mark.parametrize("width", [320, 640, 1280])
    def test_an_image_of_before_there_were_any_gets_its_own_when_it_is_asked_for(self, service, url, width):
        address = url((500, 250))
        for name in stored_files():
            if name.count(".") == 2:
                default_storage.delete(f"{name[:2]}/{name}")
        first = service.get(urlsplit(address).path, width=width)
        assert first.status_code == 200
        assert len(stored_files()) == 2
        assert service.get(urlsplit(address).path, width=width).content == first.content

    def test_one_made_while_its_image_is_purged_does_not_stay(self, service, url, monkeypatch):
        address = url((500, 250))
        name = next(f"{name[:2]}/{name}" for name in originals())
        for width in pictures.WIDTHS:
            default_storage.delete(images._thumbnail_name(name, width))
        really = pictures.thumbnail
        monkeypatch.setattr(pictures, "thumbnail", lambda content, width: (images.discard(name), really(content, width))[1])
        service.get(urlsplit(address).path, width=320)
        assert stored_files() == []

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_an_animation_has_a_still_one(self, service, kind):
        made = service.client.add_new_memory("moving", image=animation(kind))
        answer = service.get(urlsplit(service.client.get_memory(made.memory_id).image_url).path, width=320)
        assert getattr(opened(answer.content), "n_frames", 1) == 1

    def test_a_turned_photo_has_upright_ones(self, service, url):
        exif = Image.Exif()
        exif[0x0112] = 6
        address = url((1_000, 500), "JPEG", exif=exif)
        assert opened(service.get(urlsplit(address).path, width=320).content).size == (320, 640)

    def test_one_made_later_of_a_turned_photo_is_upright_as_well(self, picture):
        exif = Image.Exif()
        exif[0x0112] = 6
        assert opened(pictures.thumbnail(picture("JPEG", size=(1_000, 500), exif=exif), 320)).size == (320, 640)

    def test_a_photo_is_decoded_no_larger_than_needed(self, picture, monkeypatch):
        sizes = []
        monkeypatch.setattr(pictures, "_bare", lambda opened, kind: (opened.load(), sizes.append(opened.size), opened.convert())[2])
        pictures.thumbnail(picture("JPEG", size=(4_000, 3_000)), 320)
        assert sizes == [(1_000, 750)]

    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    def test_transparency_stays(self, kind):
        output = BytesIO()
        Image.new("RGBA", (900, 30), (255, 0, 0, 0)).save(output, kind)
        assert opened(images.clean(output.getvalue()).thumbnails[320]).getpixel((1, 1))[3] == 0

    def test_a_very_long_page_has_them_too(self, picture):
        clean = images.clean(picture(size=(900, 20_000)))
        assert max(opened(content).height for content in clean.thumbnails.values()) == 16_383  # as tall as a WebP can be


class TestFiles:
    def test_the_file_stays_while_its_memory_lies_in_the_trash(self, service, picture):
        made = service.client.add_new_memory("one", image=picture())
        service.client.delete_memory(made.memory_id)
        in_trash = service.client.get_trash(count=1).memories[0]
        assert service.client.fetch_image(in_trash.image_url).content_type == "image/png"

    def test_the_file_goes_with_its_last_memory(self, service, picture):
        first = service.client.add_new_memory("one", image=picture())
        second = service.client.add_new_memory("two", image=picture())
        service.client.delete_memory(first.memory_id)
        purge_all()
        assert len(originals()) == 1
        service.client.delete_memory(second.memory_id)
        purge_all()
        assert stored_files() == []

    def test_the_file_stays_while_another_memory_in_the_trash_has_it(self, service, picture):
        ids = [service.client.add_new_memory(text, image=picture()).memory_id for text in ("one", "two")]
        service.client.delete_memory(ids[0])
        between = timezone.now()
        service.client.delete_memory(ids[1])
        trash.purge(between)
        assert len(originals()) == 1

    def test_purging_both_at_once_removes_it_too(self, service, picture):
        ids = [service.client.add_new_memory(text, image=picture()).memory_id for text in ("one", "two")]
        service.client.bulk_delete_memories(ids)
        purge_all()
        assert stored_files() == []

    def test_another_image_stays(self, service, picture):
        service.client.add_new_memory("one", image=picture(colour="red"))
        blue = service.client.add_new_memory("two", image=picture(colour="blue"))
        service.client.delete_memory(blue.memory_id)
        purge_all()
        assert len(originals()) == 1

    def test_the_examples_take_their_files_with_them(self, service):
        service.client.load_examples()
        assert len(originals()) == 6
        service.client.remove_examples()
        purge_all()
        assert stored_files() == []

    def test_its_thumbnails_go_too(self, service, picture):
        made = service.client.add_new_memory("wide", image=picture(size=(2_000, 100)))
        assert len(stored_files()) == 4
        service.client.delete_memory(made.memory_id)
        purge_all()
        assert stored_files() == []

    def test_a_write_that_fails_leaves_nothing(self, service, picture, monkeypatch):
        monkeypatch.setattr(buckets, "count", mock.Mock(side_effect=OSError("no space left")))
        answer = service.call("POST", "/api/memory", data={"text": "a"}, files={"image": picture()})
        assert (answer.status_code, stored_files(), service.texts()) == (500, [], [])

    def test_a_file_that_could_not_be_written_whole_is_removed(self, service, picture, monkeypatch):
        really = FileSystemStorage._save

        def save(storage, name, content):
            if not name.endswith(".png"):
                return really(storage, name, content)
            really(storage, name, ContentFile(b"half"))
            raise OSError("no space left")

        monkeypatch.setattr(FileSystemStorage, "_save", save)
        answer = service.call("POST", "/api/memory", data={"text": "a"}, files={"image": picture()})
        assert (answer.status_code, stored_files()) == (500, [])

    def test_a_write_that_fails_takes_nothing_from_a_memory_that_has_the_image(self, service, picture, monkeypatch):
        made = service.client.add_new_memory("one", image=picture())
        monkeypatch.setattr(buckets, "count", mock.Mock(side_effect=OSError("no space left")))
        service.call("POST", "/api/memory", data={"text": "two"}, files={"image": picture()})
        assert service.client.fetch_image(service.client.get_memory(made.memory_id).image_url).content_type == "image/png"

    def test_examples_that_fail_leave_nothing(self, transactional_db, monkeypatch):
        really, times = store.add, iter(range(99))
        monkeypatch.setattr(store, "add", lambda *args, **options: really(*args, **options) if next(times) < 35 else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            examples.add()
        assert stored_files() == []

    def test_what_a_killed_process_left_half_is_written_anew(self, service, picture):
        image = images.clean(picture())
        default_storage.save(image.name, ContentFile(image.content[:9]))
        made = service.client.add_new_memory("one", image=picture())
        assert service.client.fetch_image(service.client.get_memory(made.memory_id).image_url).content == image.content

    def test_a_file_that_is_purged_while_it_is_added_is_there_afterwards(self, transactional_db, picture, monkeypatch):
        image, known = images.clean(picture()), buckets.known
        monkeypatch.setattr(buckets, "known", lambda bucket_id: (images.discard(image.name), known(bucket_id))[1])
        store.add("one", image=image)
        assert len(originals()) == 1

    def test_a_file_that_was_added_again_between_purging_and_removal_stays(self, service, picture, monkeypatch):
        made = service.client.add_new_memory("one", image=picture())
        really = trash._discard_unused
        again = images.clean(picture())
        monkeypatch.setattr(trash, "_discard_unused", lambda files: (store.add("two", image=again), really(files)))
        service.client.delete_memory(made.memory_id)
        purge_all()
        assert len(originals()) == 1


@pytest.mark.django_db
def test_who_has_a_file_is_looked_up_and_not_searched_for():
    plans = [Memory.objects.filter(images.HAS_IMAGE, image__in=["a.png"]).values_list("image").explain()]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {similar.SAME.format(seen='1')}", ["a.png", 1, 5])
        plans.append(str(cursor.fetchall()))
    assert all("USING" in plan and "memory_image" in plan for plan in plans), plans
