"""One call of the model: what is sent where, and what each answer means."""

import base64
import json
import logging
import socket
import threading
from io import BytesIO

import pytest
from PIL import Image

from memoryweb.captions import endpoint
from memoryweb.captions.endpoint import NotDescribed, NotNow
from memoryweb.captions.tests.vision import KEY, MODEL, Answer, says

JPEG = b"\xff\xd8 a picture \xff\xd9"


def asking_fails(kind=NotDescribed):
    with pytest.raises(NotDescribed) as caught:
        endpoint.describe(JPEG)
    assert type(caught.value) is kind
    return caught.value


def test_the_picture_goes_to_the_address_with_key_model_and_one_question(vision):
    assert endpoint.describe(JPEG) == "A red bicycle leans on a wall."
    ((path, headers, body),) = vision.asked
    assert (path, headers["Authorization"], body["model"]) == ("/v1/chat/completions", f"Bearer {KEY}", MODEL)
    question, picture = body["messages"][0]["content"]
    assert "English" in question["text"]
    assert picture["image_url"]["url"] == "data:image/jpeg;base64," + base64.b64encode(JPEG).decode()


def test_without_a_key_none_is_sent(vision, settings):
    settings.CAPTION_KEY = ""
    endpoint.describe(JPEG)
    assert "Authorization" not in vision.asked[0][1]


def test_the_language_is_that_of_the_memories(vision, settings):
    settings.SEARCH_LANGUAGE = "german"
    endpoint.describe(JPEG)
    assert "German" in vision.asked[0][2]["messages"][0]["content"][0]["text"]


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (400, NotDescribed, "(400)"),
        (401, NotDescribed, "CAPTION_KEY"),
        (403, NotDescribed, "CAPTION_KEY"),
        (404, NotDescribed, "CAPTION_MODEL"),
        (413, NotDescribed, "(413)"),
        (429, NotNow, "(429)"),
        (500, NotNow, "(500)"),
        (503, NotNow, "(503)"),
    ],
)
def test_a_status_says_whether_to_try_again(vision, status, kind, said):
    vision.answers = [Answer(status, b'{"error": {"message": "quoted by nobody"}}')]
    error = asking_fails(kind)
    assert said in error.sentence
    assert "quoted" not in error.sentence


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("99999", 600), ("", None), ("soon", None), ("-3", None), ("9" * 40, None)]
)
def test_the_endpoint_may_say_when_to_come_back(vision, header, seconds):
    vision.answers = [Answer(429, headers={"Retry-After": header})]
    assert asking_fails(NotNow).seconds == seconds


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(vision, status):
    vision.answers = [Answer(status, headers={"Location": f"{vision.url}/elsewhere"}), says("From elsewhere.")]
    assert "leads elsewhere" in asking_fails().sentence
    assert len(vision.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": [7]}}]}',
        b'{"choices": [{"message": {"content": "  \\u0000 "}}]}',
        b'{"choices": {"0": 1}}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_an_answer_that_is_none_is_said_and_not_asked_for_again(vision, body):
    vision.answers = [Answer(body=body)]
    asking_fails()
    assert len(vision.asked) == 1


def test_an_answer_in_parts_is_put_together(vision):
    vision.answers = [says([{"type": "text", "text": "A red"}, {"type": "audio"}, {"type": "text", "text": "bicycle."}])]
    assert endpoint.describe(JPEG) == "A red bicycle."


def test_an_endless_answer_is_broken_off(vision):
    vision.answers = [says("word " * 300_000)]
    assert "far more" in asking_fails().sentence


def test_an_endpoint_that_says_nothing_is_left_at_the_deadline(vision, settings):
    settings.CAPTION_SECONDS = 0.2
    vision.answers = [says("Late.", waits=threading.Event())]
    assert "0.2 seconds" in asking_fails(NotNow).sentence


def test_an_endpoint_that_is_not_there_is_tried_again(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.CAPTION_URL = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        assert "cannot be reached" in asking_fails(NotNow).sentence


def test_no_proxy_and_no_netrc_of_the_machine_is_used(vision, settings, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    settings.CAPTION_KEY = ""
    endpoint.describe(JPEG)
    assert "Authorization" not in vision.asked[0][1]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  A red\n\nbicycle. ", "A red bicycle."),
        ("A\x00 red\x1b[31m bicycle\x7f", "A red [31m bicycle"),
        ("A \u202egnimmiws\u202c cat\ufeff", "A gnimmiws cat"),
        ("Ein Fahrrad 🚲 \u200d an der Wand", "Ein Fahrrad 🚲 \u200d an der Wand"),
        ("\ud800broken", "broken"),
        ("", ""),
    ],
)
def test_what_was_said_becomes_one_line_of_what_can_be_seen(said, kept):
    assert endpoint.clean(said) == kept


def test_a_long_answer_is_cut_at_a_word():
    cut = endpoint.clean("bicycle " * 200)
    assert len(cut) <= endpoint.MOST_CHARACTERS
    assert cut.endswith("bicycle…")
    assert len(endpoint.clean("x" * 5000)) <= endpoint.MOST_CHARACTERS


def test_no_error_and_no_log_line_quotes_key_picture_or_address(vision, caplog):
    caplog.set_level(logging.DEBUG)
    for answer in (Answer(401), Answer(500), Answer(302, headers={"Location": "http://x/"}), Answer(body=b"{")):
        vision.answers = [answer]
        error = asking_fails(NotNow if answer.status == 500 else NotDescribed)
        assert error.__cause__ is None
        said = f"{error!r} {error.sentence}"
        assert KEY not in said
        assert vision.url not in said
    assert KEY not in caplog.text
    assert base64.b64encode(JPEG).decode() not in caplog.text
    assert json.dumps(MODEL) not in caplog.text


def test_a_small_upright_jpeg_is_what_goes_there():
    from memoryweb.captions.describing import SIDE, to_jpeg

    tall = BytesIO()
    Image.new("RGBA", (1280, 4000), (0, 0, 0, 0)).save(tall, "WEBP")
    with Image.open(BytesIO(to_jpeg(tall.getvalue()))) as sent:
        assert (sent.format, sent.mode, max(sent.size)) == ("JPEG", "RGB", SIDE)
        assert min(sent.getpixel((5, 5))) > 250  # what was clear is white
