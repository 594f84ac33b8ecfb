"""Pictures of every screen, for people to look at: `make shots` puts them into data/shots/, and the README's into docs/."""

import itertools
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FilePayload, Page

from memoryweb.tests.browser import chromium
from memoryweb.tests.browser.steps import come_in, connect
from memoryweb.tests.hosted import hosted_account, picture
from memoryweb.tests.server import ROOT, Server, free_port, running_server

FOLDER = ROOT / "data" / "shots"
SIZES = {"1280": (1280, 900), "390": (390, 844), "320": (320, 640)}
Look = Callable[[Page, Server], None]
_numbers = itertools.count(1)


def _browse(page: Page, server: Server) -> None:
    page.goto(server.url)


def _images(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?type=image")


def _viewer(page: Page, server: Server) -> None:
    _images(page, server)
    page.get_by_role("article").filter(has_text="Lake Inari").first.get_by_role("img").click()
    page.get_by_role("dialog", name="Image").wait_for()


def _zoomed(page: Page, server: Server) -> None:
    _viewer(page, server)
    for _ in range(2):
        page.keyboard.press("+")


def _describing(page: Page, server: Server) -> None:
    _viewer(page, server)
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Memory", exact=True).wait_for()


def _search(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?q=kitchen+worktop")


def _filters(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?q=the+kitchen+-rye+after:2024+before:soon+bucket:Home")
    page.get_by_text("Why this result").first.click()


def _completing(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("searchbox", name="Search memories").press_sequentially("bread after:")


def _search_tips(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Search tips").click()


def _assistant(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/assistant/?q=kitchen")


def _nothing(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?q=ktichen&bucket=2&type=text")


def _end(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?rows=990")
    page.mouse.wheel(0, 99999)


def _panel(page: Page, server: Server) -> None:
    page.goto(server.url)
    article = page.get_by_role("article").filter(has_text="Design tokens").first
    article.get_by_role("link", name="Open memory").click()
    page.get_by_role("complementary", name="Memory").wait_for()


def _new(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New memory").click()
    page.get_by_role("textbox", name="Memory", exact=True).fill("Chose the date in the margin for the memory row (sketch B).")


def _new_refused(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New memory").click()
    page.get_by_role("combobox", name="Bucket").select_option("new")
    page.get_by_role("button", name="Save memory").click()
    page.get_by_role("alert").first.wait_for()


def _adding(page: Page, server: Server) -> None:
    names = (
        "oven-receipt_2.png",
        "IMG_2041.png",
        "PXL_20260304_140512345.png",
        "Screenshot 2026-03-04 at 14.05.12.png",
        "broken.png",
    )
    contents = [picture(640, 420, colour) for colour in ("peru", "teal", "tan", "slateblue")] + [b"no picture"]
    page.goto(server.url)
    page.get_by_role("button", name="New memory").click()
    files = [FilePayload(name=name, mimeType="image/png", buffer=content) for name, content in zip(names, contents, strict=True)]
    page.locator("#image-files").set_input_files(files)
    page.get_by_role("button", name="Save 5 images").wait_for()


def _added(page: Page, server: Server) -> None:
    _adding(page, server)
    page.get_by_role("button", name="Save 5 images").click()
    page.get_by_text("This is no readable").wait_for()


def _saved(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New memory").click()
    page.get_by_role("textbox", name="Memory", exact=True).fill("Rye needs ten minutes longer and a hotter start.")
    page.get_by_role("button", name="Save memory").click()
    page.get_by_text("Saved in").or_(page.get_by_text("Already remembered")).wait_for()


def _drawer(page: Page, server: Server) -> None:
    page.goto(server.url)
    button = page.get_by_role("button", name="Show buckets")
    if button.is_visible():
        button.click()


def _account(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_label("your account").click()


def _selecting(page: Page, server: Server) -> None:
    page.goto(server.url)
    for key in ("j", "x", "j", "j", "x", "Delete"):
        page.keyboard.press(key)
    page.get_by_role("alertdialog").wait_for()


def _moving(page: Page, server: Server) -> None:
    page.goto(server.url)
    for key in ("j", "m", "o"):
        page.keyboard.press(key)


def _editing(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Memory", exact=True).wait_for()


def _merging(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?bucket=2&type=text")
    for key in ("j", "x", "j", "x", "Shift+M"):
        page.keyboard.press(key)
    page.get_by_role("textbox", name="Memory", exact=True).fill("One text out of both.")
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("button", name="Save without these").wait_for()


def _keys(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.keyboard.press("j")
    page.keyboard.press("?")


def _new_page(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/memories/new/")


def _password(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/account/password/")


def _person(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/people/")
    page.get_by_role("list", name="All people").get_by_role("link").first.click()
    page.get_by_role("rowheader").first.wait_for()


def _inviting(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/people/invite/")


def _invited(page: Page, server: Server) -> None:
    _inviting(page, server)
    page.get_by_role("button", name="Make an invitation").click()
    page.get_by_role("button", name="Copy link").wait_for()


def _link(page: Page, server: Server) -> None:
    page.goto(server.sign_in_link())


def _tokens(page: Page, server: Server) -> None:
    server.api()  # makes one more
    page.goto(f"{server.url}/tokens/")
    page.get_by_role("radio", name="Only some buckets").check()
    page.get_by_role("combobox", name="When it ends").select_option("on a date")


def _token_made(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tokens/")
    page.get_by_role("textbox", name="Name", exact=True).fill(f"Assistant {next(_numbers)}")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("button", name="Copy token").wait_for()


def _token_refused(page: Page, server: Server) -> None:
    _tokens(page, server)
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("alert").first.wait_for()


def _token_revoke(page: Page, server: Server) -> None:
    _tokens(page, server)
    page.get_by_role("link", name="Revoke").first.click()


def _missing(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/memories/bWVt/")


def _toast(page: Page, server: Server) -> None:
    _saved(page, server)
    page.goto(f"{server.url}/history/")
    page.get_by_role("button", name="Undo: ").first.click()
    page.locator("#toast").get_by_role("button").first.wait_for()


def _history(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/history/")


def _audit(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/audit/")


def _buckets(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/buckets/")


def _delete_bucket(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/buckets/")
    page.get_by_role("link", name="Delete Work").click()


def _trash(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/trash/")


def _connection(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/connection/")


def _connection_refused(page: Page, server: Server) -> None:
    _connection(page, server)
    page.get_by_label("Address of the service").fill("memoryplugin.com")
    page.get_by_role("button", name="Test and save").click()


def _connection_remove(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/connection/remove/")


def _factors(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/account/factors/")


def _new_passkey(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/account/factors/passkeys/")


def _signin(page: Page, server: Server) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/signin/")


FULL: dict[str, Look] = {
    "browse": _browse,
    "images": _images,
    "viewer": _viewer,
    "viewer-zoomed": _zoomed,
    "viewer-editing": _describing,
    "search": _search,
    "filters": _filters,
    "completing": _completing,
    "search-tips": _search_tips,
    "assistant": _assistant,
    "nothing": _nothing,
    "end": _end,
    "panel": _panel,
    "new": _new,
    "new-refused": _new_refused,
    "adding": _adding,
    "added": _added,
    "saved": _saved,
    "drawer": _drawer,
    "account": _account,
    "selecting": _selecting,
    "moving": _moving,
    "editing": _editing,
    "merging": _merging,
    "keys": _keys,
    "new-page": _new_page,
    "password": _password,
    "person": _person,
    "inviting": _inviting,
    "invited": _invited,
    "link": _link,
    "tokens": _tokens,
    "token-made": _token_made,
    "token-refused": _token_refused,
    "token-revoke": _token_revoke,
    "missing": _missing,
    "toast": _toast,
    "history": _history,
    "audit": _audit,
    "trash": _trash,
    "buckets": _buckets,
    "delete-bucket": _delete_bucket,
    "signin": _signin,
    "connection": _connection,
    "connection-refused": _connection_refused,
}


def shoot(server: Server, looks: dict[str, Look], prefix: str = "") -> None:
    """Take each look in light and dark, wide and narrow."""
    with chromium.launched() as browser:
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                come_in(page, server.sign_in_link())
                for name, look in looks.items():
                    if size == "320" and name not in ("browse", "panel", "new"):
                        continue
                    look(page, server)
                    page.wait_for_load_state("networkidle")
                    page.wait_for_timeout(300)  # transitions
                    page.screenshot(path=FOLDER / f"{prefix}{name}-{scheme}-{size}.png")
                context.close()


def main() -> None:
    """Take all pictures."""
    if chromium.path() is None:
        sys.exit("Chromium is not installed; the pictures need it.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        with running_server(Path(folder) / "full") as server:
            server.api().post(f"{server.url}/api/examples", timeout=30).raise_for_status()
            with chromium.launched() as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 860}, device_scale_factor=1.5)
                come_in(page, server.sign_in_link())
                page.wait_for_load_state("networkidle")
                page.screenshot(path=ROOT / "docs" / "screenshot.png")
            shoot(server, FULL)
        with running_server(Path(folder) / "empty") as server:
            shoot(server, {"browse": _browse}, "empty-")
        gone = f"http://127.0.0.1:{free_port()}"
        with running_server(Path(folder) / "gone", MEMORYPLUGIN_TOKEN="none", MEMORYPLUGIN_URL=gone) as server:
            shoot(server, {"browse": _browse}, "unreachable-")
        doors = {"DJANGO_SETTINGS_MODULE": "memoryweb.tests.browser.localhost"}
        doors |= {"OIDC_SERVER_URL": gone, "OIDC_CLIENT_ID": "memoryweb", "OIDC_NAME": "Example Id"}
        with running_server(Path(folder) / "doors", **doors) as server:
            shoot(server, {"factors": _factors, "new-passkey": _new_passkey, "signin": _signin}, "doors-")
        with running_server(Path(folder) / "hosted") as server, hosted_account() as hosted:
            with chromium.launched() as browser:
                page = browser.new_page()
                come_in(page, server.sign_in_link())
                connect(page, server, hosted)
            shoot(server, {"connection": _connection, "connection-remove": _connection_remove}, "hosted-")
            hosted.token = "another"
            shoot(server, {"browse": _browse}, "revoked-")
    print(f"The pictures are in {FOLDER}")


if __name__ == "__main__":
    main()
