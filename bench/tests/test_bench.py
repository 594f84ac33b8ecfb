"""The stores are what they say, and the table prints what was measured."""

import itertools
import re

import pytest
from django.db import connection
from django.db.models import Count

from bench import sites, stores, table, texts
from bench.bars import BARS, COUNTS, LIST, MIDDLE, Bar, Measured
from bench.clock import Figures, turn_about
from bench.floor import sql
from memoryweb.localapi.models import Bucket, Memory
from memoryweb.tests import prepared

NUMBER = 200


@pytest.fixture
def store(db):
    stores.fill(NUMBER)


def answer(query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query.replace("?", "%s"), parameters)
        return cursor.fetchall()


def test_a_store_counts_what_its_table_holds(store):
    assert Memory.objects.count() == NUMBER
    there = dict(Memory.objects.values_list("bucket").annotate(Count("id")).order_by())
    kept = {bucket.id: bucket.text_count for bucket in Bucket.objects.filter(text_count__gt=0)}
    assert kept == there
    assert len(kept) > 10


def test_a_store_indexes_what_its_table_holds(store):
    assert answer("SELECT count(*) FROM memory_index") == [(NUMBER,)]
    word = texts.Vocabulary().words[0]
    holding = {key for key, text in Memory.objects.values_list("id", "text") if word in text.casefold().replace("*", " ")}
    found = {key for (key,) in answer(sql.SEARCH, sql.expression(word))}
    assert len(found) == min(30, len(holding))
    assert found <= holding


def opened_links(client, address):
    return list(dict.fromkeys(re.findall(r'href="(/memories/[\w-]{20,}/)', client.get(address).content.decode())))


@pytest.mark.parametrize("address", ["/", "/?skip=180"])
def test_the_floor_shows_the_memories_that_our_page_shows(store, signed_in, settings, address):
    from bench.floor import settings as lean

    ours = opened_links(signed_in, address)
    settings.ROOT_URLCONF, settings.MIDDLEWARE, settings.TEMPLATES = lean.ROOT_URLCONF, lean.MIDDLEWARE, lean.TEMPLATES
    assert opened_links(signed_in, address) == ours
    assert len(ours) == (30 if address == "/" else 20)


def test_the_floor_with_our_rows_has_the_rows_of_our_page(store, signed_in, settings):
    from bench.floor import settings as lean

    def rows(address):
        return re.findall(r"<article.*?</article>", signed_in.get(address).content.decode(), re.DOTALL)

    ours = rows("/")
    settings.ROOT_URLCONF, settings.MIDDLEWARE, settings.TEMPLATES = lean.ROOT_URLCONF, lean.MIDDLEWARE, lean.TEMPLATES
    assert rows("/our-markup/") == ours
    assert len(ours) == 30


def test_the_same_seed_makes_the_same_memories_and_another_one_does_not():
    first = list(texts.memories(20))
    assert list(texts.memories(20)) == first
    assert list(texts.memories(20, seed=1)) != first


def test_a_memory_begins_with_its_day_and_fits_the_api():
    for memory in texts.memories(NUMBER):
        assert memory.text.startswith(f"{memory.created_at.date()} - ")
        assert len(memory.text) <= 20_000


@pytest.fixture
def a_second_a_round(monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr("bench.clock.time.monotonic", lambda: next(seconds))


def test_sides_are_timed_turn_about(a_second_a_round):
    turns = []
    figures = turn_about([lambda n: turns.append(("a", n)), lambda n: turns.append(("b", n))], 1, at_least=2)
    assert turns[-4:] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert [len(figure.times) for figure in figures] == [2, 2]


def test_slow_sides_end_before_all_their_rounds(a_second_a_round):
    (figure,) = turn_about([lambda n: None], 2, at_least=100)
    assert len(figure.times) == 7


def test_the_median_and_the_percentiles_are_those_of_the_times():
    figures = Figures([float(n) for n in range(100, 0, -1)])
    assert (figures.p50, figures.p95, figures.at(0.99)) == (50, 95, 99)


def test_the_table_says_what_was_measured_and_what_was_not():
    figures = {(LIST, MIDDLE, "ours"): Figures([6.0], size=7000), (LIST, MIDDLE, "floor"): Figures([2.0])}
    printed = table.rendered(Measured(figures, {"create rate": 301.0}))
    lines = {" ".join(line.split()) for line in printed.splitlines()}
    assert "list, whole page 100,000 ours 6.00 6.00 6.00 7,000 3.00" in lines
    assert "list, whole page, 100,000: p50 of the floor's 3 x <= 1.5 x not met" in lines
    assert "create through the API, 8 connections 301 /s >= 300 /s met" in lines
    assert any(line.startswith(COUNTS) and line.endswith("not run") for line in lines)


@pytest.mark.parametrize(
    ("at_least", "value", "holds"), [(False, 1.5, True), (False, 1.6, False), (True, 1.5, True), (True, 1.4, False)]
)
def test_a_bar_is_met_up_to_its_limit(at_least, value, holds):
    assert Bar("", 1.5, "x", lambda measured: value, at_least).holds(value) is holds


def test_every_bar_names_what_it_compares_once():
    assert len({bar.what for bar in BARS}) == len(BARS)


@pytest.mark.parametrize("side", [sites.OURS, sites.FLOOR])
def test_each_side_tells_what_its_page_costs_and_what_opens_it(tmp_path, side):
    prepared.fill(tmp_path)
    told = sites.inside(tmp_path, side, [("/", False)])
    assert [queries > 2 for _, queries in told["costs"]] == [True]
    assert "=" in told["cookie"]
