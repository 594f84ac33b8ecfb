"""An image's address comes out of an answer, so it decides nothing: hosts, scheme, size and type are checked here."""

import pytest

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, MemoryPluginError, NotFound, ServerError
from memoryweb.memoryplugin.exchange import pooled_session
from memoryweb.memoryplugin.types import Image

from .transport import TOKEN, Transport, answer, service

PICTURE = b"\x89PNG the rest"


def picture(content_type="image/png", **options):
    return answer(options.pop("body", PICTURE), Content_Type=content_type, **options)


def test_an_image_comes_with_its_type():
    client, _ = service(picture())
    assert client.fetch_image("https://memoryplugin.com/a.png") == Image(PICTURE, "image/png")


@pytest.mark.parametrize("written", ["image/png", "IMAGE/PNG", "image/png; charset=binary", " image/png "])
def test_the_type_is_read_however_it_is_written(written):
    client, _ = service(picture(written))
    assert client.fetch_image("https://memoryplugin.com/a.png").content_type == "image/png"


ALLOWED = [
    "https://memoryplugin.com/a.png?signature=1",
    "https://www.memoryplugin.com/a.png",
    "https://a.b.memoryplugin.com/a.png",
    "https://FILES.MemoryPlugin.COM/a.png",
    "https://memoryplugin.com:8443/a.png",
    "https://images.example.org/a.png",
    "https://IMAGES.example.org/a.png",
]


@pytest.mark.parametrize("url", ALLOWED)
def test_an_image_may_come_from_the_known_hosts(url):
    client, transport = service(picture(), image_hosts=["Images.example.org"])
    client.fetch_image(url)
    assert len(transport.requests) == 1


def test_an_image_may_come_from_the_services_own_host():
    client, transport = service(picture())
    client.fetch_image(f"{client.base_url}/a.png")
    assert transport.sent.url == f"{client.base_url}/a.png"


REFUSED = [
    "https://evilmemoryplugin.com/a.png",
    "https://memoryplugin.com.evil.test/a.png",
    "https://memoryplugin.community/a.png",
    "https://evil.test/memoryplugin.com",
    "https://evil.test/?memoryplugin.com",
    "https://evil.test#memoryplugin.com",
    "https://memoryplugin.com@evil.test/a.png",
    "https://memoryplugin.com:443@evil.test/a.png",
    "https://evil.test\\@memoryplugin.com/a.png",
    "https://evil.test\\.memoryplugin.com/a.png",
    "https://evil.test%2F@.memoryplugin.com@evil.test/a.png",
    "https://evil.test\uff0f.memoryplugin.com/a.png",
    "https://evil.test\t@memoryplugin.com@evil.test/a.png",
    "https://other.images.example.org/a.png",
    "https://127.0.0.1/a.png",
    "https://[::1]/a.png",
    "https://169.254.169.254/latest/meta-data",
    "https:///a.png",
    "https://",
    "//memoryplugin.com/a.png",
    "/a.png",
    "",
    "http://memoryplugin.com/a.png",
    "http://images.example.org/a.png",
    "file:///etc/hosts",
    "file://memoryplugin.com/etc/hosts",
    "ftp://memoryplugin.com/a.png",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "http://memoryplugin.invalid/api/buckets",
    "http://[",
    "https://memoryplugin.com:port/a.png",
    "https://memoryplugin.com:99999999/a.png",
    "https://\ud800.memoryplugin.com/a.png",
]


@pytest.mark.parametrize("url", REFUSED, ids=ascii)
def test_any_other_address_is_refused_before_anything_is_sent(url):
    client, transport = service(picture(), image_hosts=["images.example.org"])
    with pytest.raises(BrokenAnswer):
        client.fetch_image(url)
    assert transport.requests == []


def test_a_service_without_tls_may_have_images_without_tls():
    client = MemoryPluginClient("http://images-without-tls.test", TOKEN)
    pooled_session(client.base_url).mount("http://", Transport(picture()))
    assert client.fetch_image("http://images-without-tls.test/a.png").content == PICTURE


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_address_that_has_died_is_not_found(status):
    client, _ = service(answer(b"<Error>Request has expired</Error>", status))
    with pytest.raises(NotFound):
        client.fetch_image("https://memoryplugin.com/a.png")


def test_an_image_server_with_a_problem_is_not_taken_for_a_dead_address(pauses):
    client, transport = service(answer(b"", 503))
    with pytest.raises(ServerError):
        client.fetch_image("https://memoryplugin.com/a.png")
    assert len(transport.requests) == 3


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "", "imagery/png", "text/html; image/png"])
def test_what_is_no_image_is_a_broken_answer(content_type):
    client, _ = service(picture(content_type))
    with pytest.raises(BrokenAnswer, match="no image"):
        client.fetch_image("https://memoryplugin.com/a.png")


def test_an_answer_without_a_type_is_no_image():
    client, _ = service(answer(PICTURE))
    with pytest.raises(BrokenAnswer, match="no image"):
        client.fetch_image("https://memoryplugin.com/a.png")


def test_a_hosted_service_is_asked_for_no_width():
    client, transport = service(picture())
    client.fetch_image("https://memoryplugin.com/a.png?signature=1", width=320)
    assert transport.sent.url == "https://memoryplugin.com/a.png?signature=1"


def test_an_image_of_ten_megabytes_is_read():
    client, _ = service(picture(body=b"x" * 10_000_000))
    assert len(client.fetch_image("https://memoryplugin.com/a.png").content) == 10_000_000


def test_a_larger_image_is_cut_off():
    client, _ = service(picture(body=b"x" * 10_000_001))
    with pytest.raises(BrokenAnswer, match="10 MB"):
        client.fetch_image("https://memoryplugin.com/a.png")


def test_a_redirect_to_an_image_is_not_followed():
    client, transport = service(answer(b"", 302, Location="https://memoryplugin.com/b.png"), picture())
    with pytest.raises(BrokenAnswer):
        client.fetch_image("https://memoryplugin.com/a.png")
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "url", ["https://evil.test/a.png?signature=5ig", "http://memoryplugin.com/a.png?signature=5ig", "http://[5ig"]
)
def test_the_error_does_not_repeat_the_address(url):
    client, _ = service(picture())
    with pytest.raises(MemoryPluginError) as caught:
        client.fetch_image(url)
    assert "5ig" not in str(caught.value)
