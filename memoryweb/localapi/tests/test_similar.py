"""Images that look alike: which are found, in which order, and how those of before there were fingerprints get theirs."""

from io import BytesIO
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from PIL import Image, ImageDraw, ImageEnhance

from memoryweb import fingerprints
from memoryweb.localapi import similar
from memoryweb.localapi.models import Memory, TrashedMemory
from memoryweb.memoryplugin.errors import Invalid, NotFound


def drawn(number, size=(600, 400)):
    """A picture of a few shapes, another one for each number."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for shape in range(8):
        across, down = (number * 131 + shape * 197) % size[0], (number * 71 + shape * 113) % size[1]
        draw.ellipse((across - 70, down - 50, across + 70, down + 50), fill=(30 * shape, 255 - 30 * shape, number * 37 % 256))
    return picture


def as_file(picture, kind="PNG", **options):
    output = BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


COPIES = {
    "smaller": lambda picture: as_file(picture.resize((300, 200))),
    "larger": lambda picture: as_file(picture.resize((900, 600))),
    "compressed anew": lambda picture: as_file(picture, "JPEG", quality=40),
    "as WebP": lambda picture: as_file(picture, "WEBP", quality=60),
    "cropped slightly": lambda picture: as_file(picture.crop((5, 4, 595, 396))),
    "brighter": lambda picture: as_file(ImageEnhance.Brightness(picture).enhance(1.1)),
    "without colour": lambda picture: as_file(picture.convert("L")),
    "turned by its metadata": lambda picture: as_file(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=_turned()),
    "moving": lambda picture: as_file(picture, "WEBP", save_all=True, append_images=[drawn(9)], duration=100),
}


def _turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


@pytest.fixture
def add(service):
    """Stores a picture or a file of one; gives its id."""

    def make(picture, text="a picture"):
        content = picture if isinstance(picture, bytes) else as_file(picture)
        return service.client.add_new_memory(text, image=content).memory_id

    return make


@pytest.fixture
def alike(service):
    """The ids and distances of the images that look like a memory's."""
    return lambda memory_id, **options: {
        memory.id: memory.distance for memory in service.client.get_similar_images(memory_id, **options)
    }


class TestWhichAreFound:
    @pytest.mark.parametrize("change", COPIES)
    def test_a_copy_is_found_from_either_side_and_no_other_picture(self, add, alike, change):
        one, copy = add(drawn(1)), add(COPIES[change](drawn(1)))
        add(drawn(2))
        assert list(alike(one)) == [copy]
        assert list(alike(copy)) == [one]
        assert 1 <= alike(one)[copy] <= fingerprints.ALIKE

    def test_the_very_same_picture_has_distance_0(self, add, alike):
        one, again = add(drawn(1), "one"), add(drawn(1), "the same again")
        assert alike(one) == {again: 0}

    def test_a_picture_whose_fingerprint_alone_is_the_same_has_not(self, add, alike):
        one, copy = add(drawn(1)), add(as_file(drawn(1), "WEBP", lossless=True))
        assert alike(one) == {copy: 1}

    def test_the_nearest_come_first_and_of_these_the_newest(self, add, alike):
        one = add(drawn(1), "one")
        far = add(COPIES["cropped slightly"](drawn(1)))
        same = [add(drawn(1), text) for text in ("two", "three")]
        assert list(alike(one)) == [same[1], same[0], far]

    def test_no_more_than_asked_for(self, add, alike):
        one = add(drawn(1), "one")
        add(COPIES["cropped slightly"](drawn(1)))
        same = [add(drawn(1), text) for text in ("two", "three", "four")]
        assert list(alike(one, count=2)) == [same[2], same[1]]

    def test_pages_of_text_that_look_much_the_same_are_told_apart(self, add, alike):
        pages = []
        for line in ("the train leaves at nine", "what the new oven cost us"):
            page = Image.new("RGB", (1_280, 800), "white")
            for number in range(20):
                text = f"{line} {number} " * (1 + (number * len(line)) % 4)
                ImageDraw.Draw(page).text((40, 30 + 36 * number), text, fill="black", font_size=20)
            pages.append(add(page))
        assert alike(pages[0]) == {}

    def test_plain_surfaces_are_not_like_each_other(self, add, alike, picture):
        red = add(picture(colour="red"))
        add(picture(colour="blue"))
        again = add(picture(colour="red"), "another red one")
        assert alike(red) == {again: 0}

    def test_what_is_clear_counts_as_white(self, add, alike):
        page = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
        ImageDraw.Draw(page).ellipse((50, 50, 300, 200), fill="red")
        white = Image.new("RGB", (600, 400), "white")
        ImageDraw.Draw(white).ellipse((50, 50, 300, 200), fill="red")
        assert list(alike(add(page))) == []
        one = add(white)
        assert len(alike(one)) == 1

    def test_a_text_has_none(self, service, add, alike):
        add(drawn(1))
        assert alike(service.add("tea")) == {}

    def test_what_lies_in_the_trash_is_not_found_until_it_is_restored(self, service, add, alike):
        one, copy = add(drawn(1)), add(COPIES["smaller"](drawn(1)))
        service.client.delete_memory(copy)
        assert alike(one) == {}
        assert TrashedMemory.objects.get(public_id=copy).fingerprint
        service.client.restore_memories([copy])
        assert list(alike(one)) == [copy]

    def test_of_more_images_than_are_compared_the_newest_are(self, add, alike, monkeypatch):
        one, old = add(drawn(1)), add(COPIES["smaller"](drawn(1)))
        add(drawn(2))
        monkeypatch.setattr(similar, "MOST_COMPARED", 1)
        assert old not in alike(one)

    def test_an_unknown_memory_is_a_404(self, service):
        with pytest.raises(NotFound):
            service.client.get_similar_images("mem_unknown")

    @pytest.mark.parametrize("count", [-1, 101, "many"])
    def test_an_unusable_count_is_refused_and_named(self, service, add, count):
        with pytest.raises(Invalid, match="^count: "):
            service.client.get_similar_images(add(drawn(1)), count=count)


class TestImagesOfBefore:
    @pytest.fixture
    def old(self, add):
        """Two images that look alike, and a text, of before there were fingerprints."""
        ids = [add(drawn(1)), add(COPIES["smaller"](drawn(1)))]
        Memory.objects.update(fingerprint=None)
        return ids

    def looked_at(self):
        return Memory.objects.exclude(fingerprint=None).count()

    def test_the_one_that_is_asked_for_gets_its_own(self, old, alike):
        assert alike(old[0]) == {}
        assert self.looked_at() == 1

    def test_the_command_gives_all_of_them_theirs(self, service, old, alike, capsys):
        service.add("tea")
        call_command("fingerprint")
        assert list(alike(old[0])) == [old[1]]
        assert capsys.readouterr().out == "2 images were looked at.\n"
        assert self.looked_at() == 2

    def test_they_are_those_that_an_upload_gets(self, add, old):
        call_command("fingerprint", verbosity=0)
        kept = Memory.objects.get(public_id=old[0]).fingerprint
        new = Memory.objects.get(public_id=add(drawn(1), "again")).fingerprint
        assert fingerprints.near(kept, [(1, new)], most=4)

    def test_no_longer_than_it_may_take(self, old):
        call_command("fingerprint", seconds=0, verbosity=0)
        assert self.looked_at() == 0

    def test_a_storage_that_fails_ends_it_without_an_error(self, old, monkeypatch):
        monkeypatch.setattr(FileSystemStorage, "_open", mock.Mock(side_effect=ConnectionError("no route")))
        call_command("fingerprint", verbosity=0)
        assert self.looked_at() == 0

    @pytest.mark.parametrize("content", [None, b"no picture"], ids=["missing", "broken"])
    def test_a_file_that_cannot_be_read_is_looked_at_once_and_holds_up_nobody(self, old, alike, content):
        name = Memory.objects.get(public_id=old[0]).image
        for each in (name, f"{name.removesuffix('.png')}.320.webp", f"{name.removesuffix('.png')}.640.webp"):
            default_storage.delete(each)
        if content:
            default_storage.save(name, BytesIO(content))
        call_command("fingerprint", verbosity=0)
        assert self.looked_at() == 2
        assert alike(old[0]) == {}
