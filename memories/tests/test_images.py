"""Images through this server: embedded and hosted, fetched once, renewed when their address has died, else a placeholder."""

import pytest
from django.urls import reverse

from memoryweb.memoryplugin import connect, wire
from memoryweb.tests.hosted import FAULTS, Answer, picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
PICTURE = picture(64, 48)


def address(memory_id: str) -> str:
    return reverse("memories:image", args=[memory_id])


def fetched(hosted) -> int:
    """How many times the service's storage was asked."""
    return sum(call.path.startswith("/storage/") for call in hosted.calls)


def signed(hosted) -> list[str]:
    return [call.path for call in hosted.calls if call.path.startswith("/storage/") and "Authorization" in call.headers]


# Embedded


@pytest.fixture
def stored(remember):
    return remember("2025-03-04 - A teal square.", image=PICTURE)


def test_the_image_is_served_by_us_as_what_it_is(signed_in, stored):
    answer = signed_in.get(address(stored))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "script" not in policy
    assert answer["Cache-Control"].startswith("private")


@pytest.mark.parametrize("path", ["/", "/?q=teal", "memory"])
def test_the_page_shows_it_at_its_own_ratio_and_never_by_its_signed_address(signed_in, stored, path):
    answer = signed_in.get(reverse("memories:memory", args=[stored]) if path == "memory" else path)
    for image in read(answer).all("img"):
        assert image["src"].startswith(f"{address(stored)}?w=320&v=")
        assert (image["width"], image["height"]) == ("64", "48")
        assert "immutable" in signed_in.get(image["src"])["Cache-Control"]
    assert read(answer).all("img")
    assert "/api/images/" not in answer.content.decode()


def test_its_description_is_its_alternative_and_stands_under_it(signed_in, stored):
    article = read(signed_in.get("/")).articles[0]
    assert article.one("img")["alt"] == "A teal square."
    assert article.one("figcaption").body.text == "A teal square."
    assert article.one("img")["loading"] == "lazy"


def test_a_click_shows_it_in_full(signed_in, stored):
    link = read(signed_in.get("/")).articles[0].link("Full size")
    assert link.startswith(f"{address(stored)}?v=")
    assert signed_in.get(link)["Content-Type"] == "image/png"


@pytest.mark.parametrize("path", ["/", "/?q=field", "memory"])
def test_a_large_one_is_offered_in_three_widths(signed_in, remember, path):
    large = remember("2025-03-04 - A teal field.", image=picture(2_000, 1_000))
    answer = signed_in.get(reverse("memories:memory", args=[large]) if path == "memory" else path)
    for image in read(answer).all("img"):
        assert [part.split()[1] for part in image["srcset"].split(", ")] == ["320w", "640w", "1280w"]
        assert image["sizes"].endswith("rem, 100vw")
    assert read(answer).all("img")


def test_a_text_has_no_image(signed_in, remember):
    answer = signed_in.get(address(remember("2025-03-04 - Tea.")))
    assert (answer.status_code, answer["Content-Type"]) == (404, "image/svg+xml")


# Hosted


@pytest.fixture
def item(hosted):
    return hosted.add_image("2025-03-04 - A teal square.", bucket=65, content=PICTURE)


def test_a_hosted_image_is_fetched_once(signed_in, hosted, item):
    for _ in range(3):
        assert signed_in.get(address(item.id)).content == PICTURE
    assert fetched(hosted) == 1


def test_the_token_does_not_go_to_the_storage(signed_in, hosted, item):
    signed_in.get(address(item.id))
    assert fetched(hosted) == 1
    assert signed(hosted) == []


def test_the_list_leads_to_images_that_come_without_an_id(signed_in, hosted, item):
    article = read(signed_in.get("/?bucket=65")).articles[0]
    assert signed_in.get(article.one("img")["src"])["Content-Type"] == "image/webp"
    assert signed_in.get(article.link("Full size")).content == PICTURE


@pytest.mark.parametrize("path", ["/", "/?bucket=65"])
def test_the_page_never_shows_the_signed_address(signed_in, hosted, item, path):
    assert "/storage/" not in signed_in.get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/?bucket=65", "/?q=teal"])
def test_until_first_fetched_it_stands_in_a_fixed_frame(signed_in, hosted, item, path):
    image = read(signed_in.get(path)).articles[0].one("img")
    assert "width" not in image.attributes
    signed_in.get(image["src"])
    assert read(signed_in.get(path)).articles[0].one("img")["width"] == "64"


def test_an_address_that_has_died_is_renewed_unnoticed(signed_in, hosted, item):
    signed_in.get("/")
    hosted.pass_time(hours=5)
    assert signed_in.get(address(item.id)).content == PICTURE
    assert fetched(hosted) == 2


def test_an_image_without_an_id_is_renewed_too(signed_in, hosted, item):
    link = read(signed_in.get("/?bucket=65")).articles[0].link("Full size")
    hosted.pass_time(hours=5)
    assert signed_in.get(link).content == PICTURE


def test_an_image_that_is_kept_needs_no_service(signed_in, hosted, item):
    signed_in.get(address(item.id))
    hosted.fail("refused")
    assert signed_in.get(address(item.id)).content == PICTURE


def test_two_images_never_take_each_others_place(signed_in, hosted, item):
    other = hosted.add_image("2025-03-05 - Red.", content=picture(8, 8, "red"))
    assert signed_in.get(address(item.id)).content != signed_in.get(address(other.id)).content


@pytest.mark.parametrize("fault", ["refused", "timed_out", "404", "500", "html"])
def test_an_image_that_cannot_be_fetched_is_a_placeholder(signed_in, hosted, item, fault):
    signed_in.get("/")
    hosted.fail(fault, on="/storage/")
    answer = signed_in.get(address(item.id))
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.status_code == {"refused": 503, "timed_out": 504, "404": 404}.get(fault, 502)
    assert "no-cache" in answer["Cache-Control"]


def test_a_placeholder_is_not_kept(signed_in, hosted, item):
    hosted.fail("500", on="/storage/")
    signed_in.get(address(item.id))
    hosted.recover()
    assert signed_in.get(address(item.id)).content == PICTURE


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", b"<script>1</script>", b"", PICTURE[:30], b"%PDF-1.7"],
    ids=["svg", "html", "empty", "torn", "pdf"],
)
def test_the_bytes_decide_what_is_an_image(signed_in, hosted, content):
    item = hosted.add_image("2025-03-04 - Not what it says.", content=content)
    answer = signed_in.get(address(item.id))
    assert answer.status_code == 502
    assert b"script" not in answer.content


def test_the_content_type_is_that_of_the_bytes(signed_in, hosted, item, monkeypatch):
    monkeypatch.setitem(FAULTS, "lies", Answer(200, PICTURE, {"Content-Type": "image/svg+xml"}))
    hosted.fail("lies", on="/storage/")
    assert signed_in.get(address(item.id))["Content-Type"] == "image/png"


@pytest.mark.parametrize("base", ["https://evil.example", "http://169.254.169.254", "https://memoryplugin.com.evil.example"])
def test_an_image_on_a_host_that_nobody_named_is_not_fetched(signed_in, hosted, item, base):
    service = hosted.base_url
    hosted.base_url = base
    answer = signed_in.get(address(item.id))
    hosted.base_url = service
    assert answer.status_code == 502
    assert fetched(hosted) == 0


def test_the_name_of_an_image_does_not_change_with_its_signature(hosted, item, owner):
    client = connect(owner)
    names = set()
    for _ in range(2):
        (memory,) = client.get_memories_and_buckets(latest=True).memories
        names.add(memory.id)
        hosted.pass_time(hours=5)
    assert names == {wire.derived_id("", f"{hosted.base_url}/storage/v1/object/sign/memory-images/{item.picture}")}
