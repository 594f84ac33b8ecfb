"""What the pages show while an image waits, is described, could not be described, and where captions are off."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from memories.editing import digest
from memoryweb.captions import describing, services
from memoryweb.captions.models import Caption
from memoryweb.captions.tests.vision import KEY, MODEL, Answer
from memoryweb.tests.environment import DOCUMENTED
from memoryweb.tests.server import ROOT

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(caption):
    return f"/captions/{caption.memory_id}/"


def failed(album, vision, status=401):
    vision.answers = [Answer(status)]
    caption = album.wanted()
    describing.describe(caption.pk)
    return Caption.objects.get(pk=caption.pk)


def test_while_it_waits_it_says_so_and_asks_again_by_itself(album, vision, queue, signed_in):
    caption = album.wanted()
    answer = signed_in.get(url(caption), headers=HTMX).content.decode()
    assert "Describing…" in answer
    assert f'hx-get="{url(caption)}"' in answer
    assert "delay:3s" in answer
    assert "Try again" not in answer


def test_when_it_is_over_it_says_nothing_more_and_the_page_renews_itself(album, vision, queue, signed_in):
    caption = album.wanted()
    describing.describe(caption.pk)
    answer = signed_in.get(url(caption), headers=HTMX)
    assert answer.content == b""
    assert "memories-changed" in answer["HX-Trigger-After-Settle"]


def test_a_failure_is_said_with_its_reason_and_not_asked_for_again(album, vision, queue, signed_in):
    answer = signed_in.get(url(failed(album, vision)), headers=HTMX).content.decode()
    assert "could not be described" in answer
    assert "CAPTION_KEY" in answer
    assert "Try again" in answer
    assert "hx-get" not in answer
    assert KEY not in answer


def test_trying_again_begins_anew(album, vision, queue, signed_in):
    caption = failed(album, vision)
    queued = len(queue)
    answer = signed_in.post(url(caption), headers=HTMX).content.decode()
    assert "Describing…" in answer
    assert len(queue) == queued + 1
    caption.refresh_from_db()
    assert (caption.state, caption.attempts, caption.reason) == (Caption.State.WAITING, 0, "")


def test_without_htmx_trying_again_leads_back(album, vision, queue, signed_in):
    caption = failed(album, vision)
    answer = signed_in.post(url(caption), {"next": "/?type=image"})
    assert answer["Location"] == "/?type=image"
    caption.refresh_from_db()
    assert caption.state == Caption.State.WAITING


def test_what_is_under_way_is_not_begun_twice(album, vision, queue, signed_in):
    caption = album.wanted()
    queued = len(queue)
    signed_in.post(url(caption), headers=HTMX)
    assert len(queue) == queued


def test_what_nobody_wanted_is_not_described_on_demand(album, vision, queue, signed_in):
    memory_id = album.add("What a person wrote.")
    signed_in.post(f"/captions/{memory_id}/", headers=HTMX)
    assert (Caption.objects.count(), queue) == (0, [])


def test_many_that_wait_ask_less_often_each(album, vision, queue):
    caption = album.wanted()
    account, due_at = caption.account, timezone.now()
    Caption.objects.bulk_create(Caption(account=account, memory_id=str(n), replaces="", due_at=due_at) for n in range(99))
    assert services.states(album.client, [caption.memory_id])[caption.memory_id].seconds == 33


def test_where_nobody_works_the_page_says_so_and_goes_on_asking(album, vision, queue, signed_in):
    caption = album.wanted()
    long_ago = timezone.now() - 2 * services.STALLED
    Caption.objects.update(due_at=long_ago, changed_at=long_ago)
    answer = signed_in.get(url(caption), headers=HTMX).content.decode()
    assert "Nothing has worked on it" in answer
    assert "hx-get" in answer
    assert "Try again" in answer
    assert "Nothing works on them" in signed_in.get("/status/").content.decode()


def test_a_long_queue_that_moves_is_not_said_to_stand_still(album, vision, queue):
    waiting, served = album.wanted("IMG 1"), album.wanted("IMG 2")
    long_ago = timezone.now() - 2 * services.STALLED
    Caption.objects.filter(pk=waiting.pk).update(due_at=long_ago, changed_at=long_ago)
    Caption.objects.filter(pk=served.pk).update(state=Caption.State.DESCRIBING, due_at=timezone.now() + timedelta(minutes=1))
    assert not services.states(album.client, [waiting.memory_id])[waiting.memory_id].is_stalled


def test_what_is_tried_again_later_says_why(album, vision, queue, signed_in):
    answer = signed_in.get(url(failed(album, vision, 503)), headers=HTMX).content.decode()
    assert "(503)" in answer
    assert "tried again" in answer
    assert "hx-get" in answer


def test_an_endpoint_s_words_are_text_on_the_page():
    state = services.State("1", "/captions/1/", True, False, "<b>bold</b>", 0)
    assert "&lt;b&gt;" in render_to_string("captions/_state.html", {"caption": state})


SAID = "A red bicycle leans on a wall."


def edit(signed_in, album, caption, **changes):
    """The editor as it was opened before the model described the image, sent after it."""
    before = album.client.get_memory(caption.memory_id)
    describing.describe(caption.pk)
    assert album.text(caption) == f"2025-03-04 - {SAID}"
    fields = {"base": digest(before), "text": "IMG 4711", "date": "2025-03-04", "bucket": before.bucket_id}
    return signed_in.post(reverse("memories:edit", args=[caption.memory_id]), fields | changes, headers=HTMX)


def test_what_a_person_types_while_the_model_looks_wins_without_a_question(album, vision, queue, signed_in):
    caption = album.wanted()
    assert edit(signed_in, album, caption, text="My bicycle.").status_code == 200
    assert album.text(caption) == "2025-03-04 - My bicycle."


def test_who_only_moves_an_image_while_the_model_looks_leaves_its_words(album, vision, queue, signed_in):
    caption, bucket = album.wanted(), album.client.create_bucket("Bicycles")
    assert edit(signed_in, album, caption, bucket=bucket.id).status_code == 200
    memory = album.client.get_memory(caption.memory_id)
    assert (memory.text, memory.bucket_name) == (f"2025-03-04 - {SAID}", "Bicycles")


def test_what_another_person_made_of_the_model_s_words_is_still_asked_about(album, vision, queue, signed_in):
    caption = album.wanted()
    before = album.client.get_memory(caption.memory_id)
    describing.describe(caption.pk)
    album.client.update_or_move_memories([caption.memory_id], text="2025-03-04 - Theirs.")
    fields = {"base": digest(before), "text": "Mine.", "date": "2025-03-04", "bucket": before.bucket_id}
    assert signed_in.post(reverse("memories:edit", args=[caption.memory_id]), fields, headers=HTMX).status_code == 409
    assert album.text(caption) == "2025-03-04 - Theirs."


def test_what_another_person_wrote_before_the_model_looked_is_asked_about(album, vision, queue, signed_in):
    caption = album.wanted()
    assert edit(signed_in, album, caption, base="0" * 16, text="Mine.").status_code == 409
    assert album.text(caption) == f"2025-03-04 - {SAID}"


def test_the_card_says_beforehand_that_a_suggestion_will_be_replaced(album, vision, queue, signed_in, settings):
    sentence = "Will be described for you; edit it to keep your own words."
    assert sentence in signed_in.get("/").content.decode()
    settings.CAPTION_URL = ""
    assert sentence not in signed_in.get("/").content.decode()


def test_the_status_page_says_what_is_sent(album, vision, queue, signed_in):
    page = signed_in.get("/status/").content.decode()
    assert "also those whose suggested description was left as it was" in page


def test_the_status_page_tells_how_captions_stand(album, vision, queue, signed_in):
    failed(album, vision)
    album.wanted("IMG 2")
    page = signed_in.get("/status/").content.decode()
    assert MODEL in page
    assert "1 image waits" in page
    assert "1 image could not be described" in page
    assert "CAPTION_KEY" in page
    assert "4711" not in page
    assert KEY not in page


def test_the_status_page_says_that_captions_are_off(signed_in):
    page = signed_in.get("/status/").content.decode()
    assert "Off. Images have the descriptions that people write." in page


def test_where_captions_are_off_the_pages_ask_nothing_of_their_table(album, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert services.states(album.client, ["1", "2"]) == {}


def loaded(code, **settings):
    """The modules that a process has loaded after this code, with these settings."""
    environment = {name: value for name, value in os.environ.items() if name not in DOCUMENTED} | {"ENV_FILE": ""} | settings
    code = f"import sys; from memoryweb.wsgi import application; {code}; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.split())


def test_where_captions_are_off_a_server_loads_neither_queue_nor_captioner(tmp_path):
    server = loaded("from django.urls import get_resolver; get_resolver().url_patterns", DATA_DIR=str(tmp_path))
    assert "memoryweb.captions.views" in server
    assert not {name for name in server if name.partition(".")[0] in ("django_tasks", "django_tasks_db")}
    assert not {"memoryweb.captions.endpoint", "memoryweb.captions.describing", "memoryweb.captions.tasks"} & server
