"""How images are served: what browsers may keep, parts of them, thumbnails, and what a second look costs."""

import hashlib
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from memories import hot, images
from memories.images import Known, variants
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture

pytestmark = pytest.mark.django_db
PICTURE = picture(1_000, 500)


@pytest.fixture
def address(remember):
    """An image memory's, without a query."""
    return reverse("memories:image", args=[remember("2025-03-04 - A teal field.", image=PICTURE)])


@pytest.fixture
def version(signed_in, address):
    """What names the image's content in an address."""
    return hashlib.sha256(signed_in.get(address).content).hexdigest()[: images.DIGEST_CHARACTERS]


@pytest.fixture(params=["embedded", "hosted"])
def either(request):
    """The address of an image, embedded or hosted."""
    if request.param == "embedded":
        return request.getfixturevalue("address")
    item = request.getfixturevalue("hosted").add_image("2025-03-04 - A teal field.", content=PICTURE)
    return reverse("memories:image", args=[item.id])


def opened(answer):
    return Image.open(BytesIO(answer.content))


def asked(hosted):
    """How many requests came to the service."""
    return len(hosted.calls)


# What browsers may keep


def test_a_plain_address_is_asked_for_again(signed_in, either):
    answer = signed_in.get(either)
    assert answer["Cache-Control"] == "private, no-cache"
    again = signed_in.get(either, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["", "w=320&"])
def test_an_address_that_names_the_content_is_kept_for_good(signed_in, either, query):
    version = signed_in.get(either)["ETag"].strip('"')[: images.DIGEST_CHARACTERS]
    answer = signed_in.get(f"{either}?{query}v={version}")
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("version", ["", "0" * 12, "short", "é"])
def test_an_address_that_names_another_content_is_not(signed_in, either, version):
    answer = signed_in.get(either, {"v": version})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-cache")


def test_each_size_has_a_tag_of_its_own(signed_in, either):
    assert len({signed_in.get(f"{either}{query}")["ETag"] for query in ("", "?w=320", "?w=640")}) == 3


def test_the_tag_comes_from_the_content(signed_in, address):
    answer = signed_in.get(address)
    assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'


@pytest.mark.parametrize("query", ["", "?w=320", "?w=7"])
def test_whatever_it_is_it_can_only_be_looked_at(signed_in, either, query):
    answer = signed_in.get(f"{either}{query}")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_pages_are_compressed_and_images_are_not(signed_in, either):
    accepts = {"Accept-Encoding": "gzip"}
    assert signed_in.get("/", headers=accepts)["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in signed_in.get(either, headers=accepts)


# Thumbnails


@pytest.mark.parametrize(("width", "size"), [(320, (320, 160)), (640, (640, 320)), (1280, (1_000, 500))])
def test_a_thumbnail_is_so_wide_and_never_wider_than_the_image(signed_in, either, width, size):
    answer = signed_in.get(either, {"w": width})
    assert (answer["Content-Type"], opened(answer).size) == ("image/webp", size)


@pytest.mark.parametrize("width", ["0", "321", "-320", "x", "320 "])
def test_any_other_width_is_refused(signed_in, either, width):
    assert signed_in.get(either, {"w": width}).status_code == 400


def test_a_hosted_image_too_large_to_decode_is_given_as_it_is(signed_in, hosted):
    file = BytesIO()
    Image.new("1", (8_000, 6_000)).save(file, "PNG")
    item = hosted.add_image("2025-03-04 - Large.", content=file.getvalue())
    assert signed_in.get(reverse("memories:image", args=[item.id]), {"w": 320}).content == file.getvalue()


def test_a_page_of_hosted_images_costs_the_service_nothing_the_second_time(signed_in, hosted):
    items = [hosted.add_image(f"2025-03-04 - Number {number}.", content=picture(400, 300 + number)) for number in range(30)]
    addresses = [reverse("memories:image", args=[item.id]) + query for item in items for query in ("", "?w=320", "?w=640")]
    first = [signed_in.get(address).content for address in addresses]
    before = asked(hosted)
    assert [signed_in.get(address).content for address in addresses] == first
    assert asked(hosted) == before


def test_each_hosted_image_is_fetched_once_for_all_its_sizes(signed_in, hosted):
    item = hosted.add_image("2025-03-04 - One.", content=PICTURE)
    for query in ("?w=320", "?w=640", "", "?w=1280"):
        signed_in.get(reverse("memories:image", args=[item.id]) + query)
    assert sum(call.path.startswith("/storage/") for call in hosted.calls) == 1


# Parts


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("0-9", 0, 9), ("5-", 5, None), ("-7", -7, None), ("0-999999", 0, None), ("-999999", 0, None)]
)
def test_a_part_is_given(signed_in, either, asked, first, last):
    whole = signed_in.get(either).content
    part = whole[first : None if last is None else last + 1]
    answer = signed_in.get(either, headers={"Range": f"bytes={asked}"})
    begin = whole.index(part)
    assert (answer.status_code, answer.content) == (206, part)
    assert answer["Content-Range"] == f"bytes {begin}-{begin + len(part) - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["999999-", "999999-1000000", "-0"])
def test_a_part_that_is_not_there_is_a_416(signed_in, either, asked):
    size = len(signed_in.get(either).content)
    answer = signed_in.get(either, headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, f"bytes */{size}", b"")


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,4-5", "bytes=-", "bytes=9-2", "bytes=a-b", "lines=0-9", "", "bytes=0-1;", "bytes=٣-٤", "bytes=0-" + "9" * 5_000],
)
def test_what_is_no_single_part_gives_the_whole(signed_in, either, asked):
    whole = signed_in.get(either).content
    assert signed_in.get(either, headers={"Range": asked}).content == whole


def test_a_part_of_what_has_changed_since_gives_the_whole(signed_in, either):
    tag = signed_in.get(either)["ETag"]
    assert signed_in.get(either, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200
    assert signed_in.get(either, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206


def test_that_parts_can_be_had_is_said(signed_in, either):
    assert signed_in.get(either)["Accept-Ranges"] == "bytes"


# Again within a moment


def is_looked_up(signed_in, address):
    """Whether the database is asked before the image is given."""
    with CaptureQueriesContext(connection) as queries:
        assert signed_in.get(address).status_code == 200
    return bool(queries)


@pytest.fixture
def clock(monkeypatch):
    """Seconds that `hot` reads; a test moves them."""
    now = [1_000.0]
    monkeypatch.setattr(hot.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def kept_address(signed_in, address, version, clock):
    """One that has been served, so that it can be served again."""
    kept = f"{address}?w=320&v={version}"
    assert signed_in.get(kept).status_code == 200
    return kept


def test_again_it_is_the_same_and_nothing_is_looked_up(signed_in, kept_address):
    assert not is_looked_up(signed_in, kept_address)
    again = signed_in.get(kept_address)
    assert opened(again).size == (320, 160)
    assert again["Cache-Control"] == "private, max-age=31536000, immutable"
    assert again["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert again["X-Content-Type-Options"] == "nosniff"


def test_nobody_else_gets_it(client, kept_address):
    assert client.get(kept_address).status_code == 302
    client.cookies = {}
    assert client.get(kept_address, headers={"Cookie": "session=x"}).status_code == 302


def test_whoever_signs_out_does_not_get_it_any_more(signed_in, kept_address, settings):
    session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    signed_in.post("/signout/")
    signed_in.cookies[settings.SESSION_COOKIE_NAME] = session
    assert signed_in.get(kept_address).status_code == 302


def test_after_a_minute_the_session_is_looked_up_again(signed_in, kept_address, clock, owner):
    owner.is_active = False
    owner.save()
    clock[0] += hot.TRUSTED_SECONDS - 1
    assert signed_in.get(kept_address).status_code == 200
    clock[0] += 2
    assert signed_in.get(kept_address).status_code == 302


def test_after_ten_minutes_the_image_is_looked_up_again(monkeypatch, signed_in, address, version, clock):
    monkeypatch.setattr(hot, "TRUSTED_SECONDS", 3_600)
    signed_in.get(f"{address}?v={version}")
    clock[0] += hot.KEPT_SECONDS - 1
    assert not is_looked_up(signed_in, f"{address}?v={version}")
    clock[0] += 2
    assert is_looked_up(signed_in, f"{address}?v={version}")


def test_what_a_browser_may_not_keep_is_not_kept_here(signed_in, address, clock):
    assert is_looked_up(signed_in, f"{address}?w=320&v=000000000000")
    assert is_looked_up(signed_in, f"{address}?w=320&v=000000000000")


def test_there_is_only_so_much_room(signed_in, remember, monkeypatch, clock):
    urls = []
    for number in range(3):
        memory_id = remember(f"2025-03-04 - {number}.", image=picture(400, 300 + number))
        url = reverse("memories:image", args=[memory_id])
        tag = signed_in.get(url)["ETag"].strip('"')[: images.DIGEST_CHARACTERS]
        urls.append(f"{url}?w=320&v={tag}")
    monkeypatch.setattr(hot, "MOST_BYTES", 2 * len(signed_in.get(urls[0]).content) + 20)
    for url in urls:
        signed_in.get(url)
    assert [is_looked_up(signed_in, url) for url in (urls[2], urls[1], urls[0])] == [False, False, True]


# What a page needs


def test_a_large_image_has_three_widths():
    shown = variants("/i", Known(4_000, 3_000, "ab" * 32))
    v = "abababababab"
    assert shown.srcset == f"/i?w=320&v={v} 320w, /i?w=640&v={v} 640w, /i?w=1280&v={v} 1280w"
    assert (shown.src, shown.original, shown.width, shown.height) == (f"/i?w=640&v={v}", f"/i?v={v}", 4_000, 3_000)
    assert shown.sizes == "(min-width: 40rem) 16.67rem, 100vw"  # as wide as it is at 12.5 rem of height


def test_a_wide_one_fills_the_column_and_so_does_one_that_is_shown_whole():
    assert variants("/i", Known(4_000, 300)).sizes == "(min-width: 40rem) 34rem, 100vw"
    assert variants("/i", Known(4_000, 3_000), images.in_panel).sizes == "(min-width: 40rem) 34rem, 100vw"


def test_a_smaller_one_has_those_that_differ_and_says_how_wide_it_is():
    assert variants("/i", Known(500, 300)).srcset == "/i?w=320 320w, /i?w=640 500w"
    assert variants("/i", Known(500, 300)).src == "/i?w=640"


@pytest.mark.parametrize("width", [1, 319, 320])
def test_a_narrow_one_has_one(width):
    shown = variants("/i", Known(width, 300))
    assert (shown.src, shown.srcset, shown.sizes) == ("/i?w=320", "", "")


def test_one_that_nobody_has_seen_yet_has_a_thumbnail_and_no_size():
    shown = variants("/i", None)
    assert (shown.src, shown.srcset, shown.width, shown.height, shown.original) == ("/i?w=640", "", None, None, "/i")


def test_all_that_is_named_is_there_and_may_be_kept(signed_in, either, owner):
    signed_in.get(either)
    client = connect(owner)
    memories = client.get_memories(latest=True).memories
    (known,) = images.known(client, memories).values()
    shown = variants(either, known)
    addresses = [shown.src, shown.original, *(part.split()[0] for part in shown.srcset.split(", "))]
    for address in addresses:
        answer = signed_in.get(address)
        assert (answer.status_code, "immutable" in answer["Cache-Control"]) == (200, True)
    widths = {opened(signed_in.get(part.split()[0])).width: part.split()[1] for part in shown.srcset.split(", ")}
    assert all(f"{width}w" == said for width, said in widths.items())
