"""The gallery and the viewer, as the server makes them: addresses, what each shows, the ways on, and what is alike."""

import html
import re

import pytest
from django.urls import reverse

from memories import images
from memories.filters import GALLERY_ROWS
from memories.images import Known, frame, in_gallery, large, variants
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def address(memory_id: str, name: str = "view") -> str:
    return reverse(f"memories:{name}", args=[memory_id])


@pytest.fixture
def hang(remember):
    """`hang(3)`: so many images, the first one the newest; their ids."""

    def add(number: int) -> list[str]:
        return [remember(f"2025-03-{28 - n:02} - Picture {n + 1}.", image=picture(64 + n, 48)) for n in range(number)]

    return add


# The gallery


def gallery(answer):
    """The frames' classes of a gallery, in order; none of a list."""
    found = read(answer).all(id="memories")
    return [item["class"] for item in found[0].all("li")] if found and found[0]["class"] == "gallery" else []


@pytest.mark.parametrize(
    ("path", "is_gallery"),
    [
        ("/?type=image", True),
        ("/?q=type:image", True),
        ("/?type=image&sort=oldest", True),
        ("/?type=image&q=picture&sort=newest", True),
        ("/", False),
        ("/?type=text", False),
        ("/?type=image&q=picture", False),
    ],
)
def test_images_alone_are_a_gallery_unless_they_are_ranked(signed_in, hang, path, is_gallery):
    hang(2)
    assert bool(gallery(signed_in.get(path))) == is_gallery


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [(300, 200, "r-15"), (100, 800, "r-05"), (800, 100, "r-24"), (54, 100, "r-05"), (56, 100, "r-06"), (1, 1, "r-10")],
)
def test_a_frame_is_of_the_nearest_ratio(width, height, name):
    assert frame(Known(width, height)).split()[0] == name


@pytest.mark.parametrize(
    ("width", "height", "is_small"), [(1, 1, True), (3_000, 10, True), (10, 3_000, True), (108, 108, False), (3_000, 200, False)]
)
def test_a_frame_is_not_filled_by_what_is_much_smaller(width, height, is_small):
    assert frame(Known(width, height)).endswith("is-small") == is_small


def test_a_frame_of_unknown_size_is_a_usual_one():
    assert frame(None) == "r-15"


def test_a_gallery_asks_for_what_is_drawn_and_for_more_where_there_are_more_pixels():
    assert in_gallery(2) == "(max-width: 40rem) 19rem, (min-resolution: 1.5dppx) 37.8rem, 27rem"
    assert in_gallery(0.125) == in_gallery(0.5)  # a tall one is cropped, and no narrower than its frame
    assert variants("/i", Known(4_000, 2_000), in_gallery).sizes == in_gallery(2)


def test_a_page_has_sixty_and_the_next_one_follows(signed_in, fragment, remember):
    for number in range(GALLERY_ROWS + 2):
        remember(f"2025-03-04 - Picture {number}.", image=picture(8 + number, 8))
    page = read(signed_in.get("/?type=image"))
    assert len(page.articles) == GALLERY_ROWS
    assert page.link("Show 60 more") == "/?type=image&rows=120"
    more = read(fragment(page.one(id="pager")["hx-get"], at="/?type=image"))
    assert len(more.articles) == 2
    assert len(read(signed_in.get("/?type=image&rows=120")).articles) == GALLERY_ROWS + 2


def test_a_description_is_one_line_and_the_alternative(signed_in, remember):
    remember("2025-03-04 - # A <b>title</b>\n\n" + "and so on " * 1_000, image=picture())
    article = read(signed_in.get("/?type=image")).articles[0]
    assert article.body.text.startswith("A <b>title</b> and so on")
    assert len(article.body.text) <= 140
    assert article.one("img")["alt"].startswith("# A <b>title</b> and so on")
    assert len(article.one("img")["alt"]) <= 250


def test_an_edited_image_of_a_gallery_comes_back_as_one(signed_in, hang):
    (memory_id,) = hang(1)
    form = {"text": "Other words.", "date": "2025-03-28", "bucket": "1"}
    path = f"{address(memory_id, 'edit')}?type=image"
    base = re.search(r'name="base" value="(\w+)"', signed_in.get(path, headers=FRAGMENT).content.decode())
    answer = signed_in.post(path, form | {"base": base[1]}, headers=FRAGMENT)
    assert 'class="pic' in answer.content.decode()
    assert 'class="shot"' in signed_in.get("/").content.decode()


# The viewer


def test_the_page_holds_the_list_and_the_image_over_it(signed_in, hang):
    first, second, third = hang(3)
    answer = signed_in.get(f"{address(second)}?type=image")
    page = read(answer)
    assert "open" in page.one("dialog", id="viewer").attributes
    assert len(gallery(answer)) == 3
    assert page.one("dialog", id="viewer").one("img")["alt"] == "Picture 2."
    assert page.one("dialog", id="viewer").link("Close") == "/?type=image"
    assert page.one("dialog", id="viewer").link("Previous image") == f"{address(first)}?type=image"
    assert page.one("dialog", id="viewer").link("Next image") == f"{address(third)}?type=image"


def test_at_the_ends_and_outside_the_list_there_is_no_way_on(signed_in, hang, remember):
    first, _ = hang(2)
    viewer = read(signed_in.get(f"{address(first)}?type=image")).one("dialog", id="viewer")
    assert (viewer.has_link("Previous image"), viewer.has_link("Next image")) == (False, True)
    viewer = read(signed_in.get(f"{address(first)}?type=text")).one("dialog", id="viewer")
    assert (viewer.has_link("Previous image"), viewer.has_link("Next image")) == (False, False)


def test_htmx_gets_the_image_alone(signed_in, hang):
    (memory_id,) = hang(1)
    answer = signed_in.get(address(memory_id), headers=FRAGMENT)
    assert "<html" not in answer.content.decode()
    image = read(answer).one("img")
    assert (image["alt"], image["width"], image["height"]) == ("Picture 1.", "64", "48")
    assert image["src"].startswith(f"{address(memory_id, 'image')}?v=")


def test_a_text_is_led_to_its_page(signed_in, remember):
    memory_id = remember("2025-03-04 - Tea.")
    answer = signed_in.get(f"{address(memory_id)}?bucket=1")
    assert (answer.status_code, answer["Location"]) == (302, f"{address(memory_id, 'memory')}?bucket=1")


def test_an_address_that_cannot_be_read_says_so(signed_in, hang):
    (memory_id,) = hang(1)
    assert signed_in.get(f"{address(memory_id)}?type=sound").status_code == 400


def test_a_large_image_comes_small_first_and_whole_when_it_is_zoomed():
    shown = large("/i", Known(4_000, 2_000, "ab" * 32))
    assert shown.srcset == "/i?w=1280&v=abababababab 1280w, /i?v=abababababab 4000w"
    assert shown.sizes == "min(100vw, 200vh)"


def test_one_that_is_no_wider_than_a_thumbnail_is_shown_itself():
    assert large("/i", Known(1_280, 900, "ab" * 32)).src == "/i?v=abababababab"
    assert large("/i", Known(1_280, 900)).srcset == ""


def test_one_of_unknown_size_comes_as_a_thumbnail():
    assert large("/i", None) == images.Variants("/i?w=1280", original="/i")


@pytest.fixture
def edit(signed_in, hang):
    """`edit(text)`: the answer to the editor in the viewer."""
    (memory_id,) = hang(1)
    path = f"{address(memory_id, 'edit')}?type=image&at=viewer"

    def post(text: str):
        form = signed_in.get(path, headers=FRAGMENT).content.decode()
        assert 'hx-target="#viewer-about"' in form
        base = re.search(r'name="base" value="(\w+)"', form)
        return signed_in.post(path, {"text": text, "date": "2025-03-28", "bucket": "1", "base": base[1]}, headers=FRAGMENT)

    return post


def test_saved_in_the_viewer_the_image_is_shown_again_with_the_way_back(edit):
    answer = edit("Other words.")
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#viewer-body", "innerHTML")
    assert "memories-changed" in answer["HX-Trigger-After-Settle"]
    assert read(answer).one("img")["alt"] == "Other words."
    assert "Undo" in answer.content.decode()


def test_refused_in_the_viewer_the_editor_stays_beside_the_image(edit):
    answer = edit("")
    assert answer.status_code == 422
    assert "HX-Retarget" not in answer
    assert 'hx-target="#viewer-about"' in answer.content.decode()


# What looks alike


def test_images_that_look_alike_are_shown_and_copies_are_called_so(signed_in, remember):
    first = remember("2025-03-04 - One.", image=picture(64, 48))
    remember("2025-03-05 - The same again.", image=picture(64, 48))
    answer = signed_in.get(f"{address(first, 'similar')}?type=image", headers=FRAGMENT)
    section = read(answer).one("section", aria_label="Similar images")
    assert [image["alt"] for image in section.all("img")] == ["The same again."]
    assert "The same picture" in section.text
    assert section.one("a")["data-view"].endswith("/view/?type=image")


def test_where_nothing_is_alike_nothing_is_said(signed_in, hang):
    (memory_id,) = hang(1)
    answer = signed_in.get(address(memory_id, "similar"), headers=FRAGMENT)
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_a_hosted_service_knows_nothing_of_it(signed_in, hosted):
    item = hosted.add_image("2025-03-04 - A teal square.")
    assert "/similar/" not in signed_in.get(address(item.id), headers=FRAGMENT).content.decode()
    answer = signed_in.get(address(item.id, "similar"), headers=FRAGMENT)
    assert (answer.status_code, answer.content.strip()) == (200, b"")
    assert not any("similar" in call.path for call in hosted.calls)


def test_without_htmx_the_viewer_is_shown_instead(signed_in, hang):
    (memory_id,) = hang(1)
    answer = signed_in.get(f"{address(memory_id, 'similar')}?type=image")
    assert (answer.status_code, answer["Location"]) == (302, f"{address(memory_id)}?type=image")


# Waiting for a description


def test_it_is_said_wherever_the_image_is_shown(signed_in, hang, monkeypatch):
    from memoryweb.captions import services as captions

    (memory_id,) = hang(1)
    state = captions.State(memory_id, "/captions/x/", is_failed=False, is_stalled=False, reason="", seconds=3)
    monkeypatch.setattr(captions, "states", lambda client, ids: {memory_id: state} if memory_id in ids else {})
    for path in ("/", "/?type=image", address(memory_id), address(memory_id, "memory")):
        assert "Describing…" in html.unescape(signed_in.get(path).content.decode()), path
