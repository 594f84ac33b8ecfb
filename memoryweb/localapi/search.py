"""Full text: the index, and who is found. The only SQL that other databases would not know.

The index (FTS5) holds the stems of each memory's text, and in a second column where it is filed, so that a bucket or a type is
part of the match. Triggers keep it in step with the memories whoever changes them; they call `stems()`, which every connection
gets from `register`. An image is found by its description and by its file's name.

A query finds the memories with any of its words. FTS5 scores every match, which takes a second where a word is in every third
of a million memories. So the rare words choose the candidates, and the common ones only where the rare ones leave room: by the
newest memories with all of them, then with any. `ranking.py` puts the candidates in order. docs/search.md has the measures.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from memoryweb import words
from memoryweb.accounts.permissions import EVERY_BUCKET

from . import frequencies, meaning, ranking, seen
from .filters import EVERYTHING, Filter
from .models import Memory
from .terms import Terms, anywhere, contained, phrase, read

FILL_INDEX = """
    INSERT INTO memory_index(rowid, stems, place)
    SELECT id, stems(text, file_name), 'b' || bucket_id || ' t' || content_type FROM localapi_memory
"""
CANDIDATES = 200  # the best of the rare words' matches, by FTS5's bm25; and as many by their meaning
SCORED = 6_000  # matches that bm25 may have to score, for one query
WINDOW = 200  # the newest matches of common words that are ranked
WALKED = 20_000  # the newest memories in which a beginning is looked for where so many have it
MERGED_MEANWHILE = 6  # matches of a beginning that the index puts together while one memory is looked into
COUNTED = 1_000  # matches that are counted; the contract says so
COMMON = 0.2  # of the searched memories: words in more of them than this say nothing about the meaning that is looked for
NEAR = 0.2  # the cosine from which on a memory that shares no word with the query counts as found

BEST = "bm25(memory_index, 1.0, 0.0), i.rowid DESC"
NEWEST = "i.rowid DESC"
# FTS5 keeps the stems in memory_index_content(id, c0); to read them through the index takes three times as long. The time as text
# sorts alike and need not be read.
CANDIDATE = "m.id, c.c0, CAST(m.created_at AS TEXT)"
WITH_STEMS = "JOIN memory_index_content c ON c.id = m.id"
CONTAINS = "instr(' ' || c.c0 || ' ', %s) > 0"

Position = tuple[datetime, int]  # of a memory in the order of creation: when it was created, and its id


class Candidate(NamedTuple):
    """A memory that may be among the best: what ranks it, and what breaks ties."""

    id: int
    stems: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Found:
    """Memories as (Memory.id, score), best first.

    `cosines` tell how near their meaning is, where that was asked; `number` how many were found, counted up to COUNTED;
    `is_capped` whether there were matches that nobody weighed.
    """

    ranked: list[tuple[int, float]]
    cosines: Mapping[int, float]
    number: int = 0
    is_capped: bool = False


def rank(query: str, filters: Filter, *, skip: int, count: int | None) -> Found:
    """The memories that match best; newer wins ties. `count` None means all.

    Behind the ranked candidates follow all other matches, those stored last first, so that pages go on.
    """
    terms = read(query, filters)
    if not terms.stems:
        return Found([], {})
    terms, number, frequencies = _weighed(terms)
    seen_number, seen_frequencies = (number, frequencies) if filters.seen.is_all else _as_seen(terms, filters)
    candidates, is_complete, is_capped = _by_words(terms, filters, number, frequencies)
    by_words = len(candidates)
    cosines: Mapping[int, float] = {}
    if meaning.is_on():
        known = {candidate.id for candidate in candidates}
        cosines = meaning.near(_meant(query, terms, filters), filters, count=CANDIDATES, also=list(known))
        candidates += _candidates_of([key for key, cosine in cosines.items() if key not in known and cosine >= NEAR], filters)
    weights = {stem: ranking.rarity(seen_frequencies[f'"{stem}"'], seen_number) for stem in terms.stems}
    ranked = _ranked(candidates, terms, weights, cosines)
    shown = ranked[skip : None if count is None else skip + count]
    missing = -1 if count is None else count - len(shown)
    if missing and not is_complete:
        shown += _others(terms, filters, [key for key, _ in ranked], max(0, skip - len(ranked)), missing)
    found = len(ranked) if is_complete else _number_found(terms, filters, frequencies) + len(ranked) - by_words
    return Found(shown, cosines, min(found, COUNTED), is_capped)


def nearness(query: str, memory_id: int) -> float | None:
    """How near the meaning of one memory is to the query: the cosine; None where only words are compared."""
    if not meaning.is_on():
        return None
    text = _meant(query, read(query, EVERYTHING), EVERYTHING)
    return meaning.near(text, EVERYTHING, count=1, also=[memory_id]).get(memory_id)


def by_time(query: str, filters: Filter, *, oldest_first: bool, after: Position | None, skip: int, count: int) -> list[int]:
    """The ids of `count` of those that match, in the order of their creation, behind the memory `after`.

    Rare words' matches are put in order; where words are common, the memories are walked in their order and looked into.
    """
    terms = read(query, filters)
    is_rare = bool(terms.stems) and sum(_weighed(terms)[2].values()) <= SCORED
    direction = "ASC" if oldest_first else "DESC"
    if terms.phrases or is_rare:
        tables = "memory_index i CROSS JOIN localapi_memory m ON m.id = i.rowid AND i.memory_index MATCH %s"
        where, values = conditions(_unplaced(filters), behind(after, oldest_first))
        values = [terms.match, *values]
    else:
        tables = f"localapi_memory m CROSS {WITH_STEMS}"
        where, values = conditions(filters, behind(after, oldest_first))
        looked_for = list(map(contained, terms.alternatives))
        where += f" AND ({' OR '.join([CONTAINS] * len(looked_for))})" if looked_for else ""
        values = [*values, *looked_for]
    order = f"m.created_at {direction}, m.id {direction}"
    sql = f"SELECT m.id FROM {tables} WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s"
    return [key for (key,) in _rows(sql, [*values, count, skip])]


def behind(position: Position | None, oldest_first: bool) -> Q:
    """Memories behind a position in the order of creation; all of them where it is None."""
    if position is None:
        return Q()
    created_at, key = position
    if oldest_first:
        return Q(created_at__gte=created_at) & (Q(created_at__gt=created_at) | Q(id__gt=key))
    return Q(created_at__lte=created_at) & (Q(created_at__lt=created_at) | Q(id__lt=key))


def count(query: str, filters: Filter) -> int:
    """How many memories match the query and the filters, counted up to COUNTED."""
    return _count(read(query, filters), filters)


def _number_found(terms: Terms, filters: Filter, frequencies: Mapping[str, int]) -> int:
    """As `_count`, but nothing is counted where a word tells by itself that there are enough.

    It must have twice as many, since frequencies are remembered for a while.
    """
    if filters == EVERYTHING and max(frequencies.values()) >= 2 * COUNTED:
        return COUNTED
    return _count(terms, filters)


def _count(terms: Terms, filters: Filter) -> int:
    if terms.stems or terms.phrases:
        where, values = conditions(_unplaced(filters))
        matching, values = _matching(where), [terms.match, *values]
    else:
        where, values = conditions(filters)
        join = WITH_STEMS if terms.excluded else ""
        matching = f"SELECT m.id FROM localapi_memory m {join} WHERE {where}"
    return _rows(f"SELECT count(*) FROM ({matching} LIMIT %s)", [*values, COUNTED])[0][0]


def _by_words(terms: Terms, filters: Filter, number: int, frequencies: Mapping[str, int]) -> tuple[list[Candidate], bool, bool]:
    """Candidates that share words with the query; whether these are all that do; and whether others were left out unweighed."""
    unplaced = _unplaced(filters)
    if terms.phrases:  # they choose; the words then rank
        found = _candidates(terms.match, unplaced, NEWEST, WINDOW)
        return found, len(found) < WINDOW, len(found) == WINDOW
    rare, common = _rare_and_common(frequencies)
    # The place is no part of this expression: bm25 would find out how common that is, by walking through all that is filed there.
    found = _candidates(anywhere(rare), filters, BEST, CANDIDATES) if rare else []
    if not common or len(found) == CANDIDATES:
        return found, not common and len(found) < CANDIDATES, bool(common)
    every = _candidates(terms.all_of(common), unplaced, NEWEST, WINDOW) if len(common) > 1 else []
    walks = filters == EVERYTHING and terms.begun in common and _is_sooner_walked(frequencies[terms.begun], number)
    some = _newest_with(common) if walks else _candidates(terms.any_of(common), unplaced, NEWEST, WINDOW)
    candidates = list({candidate.id: candidate for candidate in [*found, *every, *some]}.values())
    is_complete = len(some) < WINDOW and not walks
    return candidates, is_complete, not is_complete


def _ranked(
    candidates: list[Candidate], terms: Terms, weights: Mapping[str, float], cosines: Mapping[int, float]
) -> list[tuple[int, float]]:
    bm25 = ranking.Bm25(terms, weights)
    scored = []
    for candidate, points in zip(candidates, bm25.scores(candidate.stems for candidate in candidates), strict=True):
        score = ranking.together(points, bm25.most, cosines.get(candidate.id, 0.0)) if cosines else points
        scored.append((score, candidate.created_at, candidate.id))
    return [(key, score) for score, _, key in sorted(scored, reverse=True)]


def _rare_and_common(frequencies: Mapping[str, int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The alternatives whose matches can all be scored, rarest first; and the others."""
    ordered = sorted(frequencies, key=lambda alternative: frequencies[alternative])
    number = bisect_right(list(accumulate(frequencies[alternative] for alternative in ordered)), SCORED)
    return tuple(ordered[:number]), tuple(ordered[number:])


def _candidates(expression: str, filters: Filter, order: str, number: int) -> list[Candidate]:
    where, values = conditions(filters)
    sql = f"""
        SELECT {CANDIDATE} FROM ({_matching(where)} ORDER BY {order} LIMIT %s) AS found
        JOIN localapi_memory m ON m.id = found.id {WITH_STEMS}
    """
    return [Candidate._make(row) for row in _rows(sql, [expression, *values, number])]


def _is_sooner_walked(frequency: int, number: int) -> bool:
    """Whether the newest WINDOW memories with a beginning are sooner found by looking into one after the other.

    The index puts all matches of a beginning together before it gives the first of them: at a million memories 60 ms for the
    most common.
    """
    return frequency * frequency > MERGED_MEANWHILE * WINDOW * number


def _newest_with(alternatives: Sequence[str]) -> list[Candidate]:
    """The newest WINDOW with any of the alternatives, looked for in the newest WALKED memories."""
    wanted = " OR ".join([CONTAINS] * len(alternatives))
    sql = f"""
        SELECT {CANDIDATE} FROM (SELECT id, c0 FROM memory_index_content ORDER BY id DESC LIMIT %s) c
        CROSS JOIN localapi_memory m ON m.id = c.id WHERE {wanted} ORDER BY c.id DESC LIMIT %s
    """
    return [Candidate._make(row) for row in _rows(sql, [WALKED, *map(contained, alternatives), WINDOW])]


def _candidates_of(keys: Sequence[int], filters: Filter) -> list[Candidate]:
    """The candidates of these ids, as far as the filters allow them."""
    if not keys:
        return []
    where, values = conditions(filters, Q(id__in=keys))
    phrases = [f" {' '.join(phrase(text))} " for text in filters.phrases]
    where += f" AND {CONTAINS}" * len(phrases)
    sql = f"SELECT {CANDIDATE} FROM localapi_memory m {WITH_STEMS} WHERE {where}"
    return [Candidate._make(row) for row in _rows(sql, [*values, *phrases])]


def _others(terms: Terms, filters: Filter, known: Sequence[int], skip: int, count: int) -> list[tuple[int, float]]:
    """Matches that are not `known`, those stored last first; nobody scored them."""
    where, values = conditions(_unplaced(filters))
    marks = ", ".join(["%s"] * len(known))
    sql = f"{_matching(where)} AND i.rowid NOT IN ({marks}) ORDER BY {NEWEST} LIMIT %s OFFSET %s"
    return [(key, 0.0) for (key,) in _rows(sql, [terms.match, *values, *known, count, skip])]


def _matching(where: str) -> str:
    """The ids that match an expression and `where`; memories are looked up only where that asks for it."""
    join = "JOIN localapi_memory m ON m.id = i.rowid" if "m." in where else ""
    join += " JOIN memory_index_content c ON c.id = i.rowid" if "c.c0" in where else ""
    return f"SELECT i.rowid AS id FROM memory_index i {join} WHERE i.memory_index MATCH %s AND {where}"


def conditions(filters: Filter, more: Q | None = None) -> tuple[str, list[Any]]:
    """What the filters and `more` ask of `localapi_memory m` and `memory_index_content c`, phrases only for their letters."""
    asked = filters.on_memories() & (more or Q())
    sql, values = "", ()
    if asked:
        query = Memory.objects.filter(asked).query
        sql, values = query.get_compiler(connection=connection).compile(query.where)
    parts = [sql.replace('"localapi_memory".', "m.")] if sql else []
    excluded = [f" {' '.join(stems)} " for stems in map(phrase, filters.excluded) if stems]
    parts += [f"NOT {CONTAINS}"] * len(excluded) + ["says(m.text, m.file_name, %s)"] * len(filters.phrases)
    return " AND ".join(parts) or "1", [*values, *excluded, *filters.phrases]


def _unplaced(filters: Filter) -> Filter:
    """The filters without what an expression of these terms says already: the place, what is seen, and what is excluded."""
    return replace(filters, bucket_id=None, content_type="", excluded=(), seen=EVERY_BUCKET)


def _meant(query: str, terms: Terms, filters: Filter) -> str:
    """The query without the words, names mostly, that so many of the searched memories have that they tell none from another."""
    number = _number_of_memories(filters)
    counted = _matched_by([terms.any_of((f'"{stem}"',)) for stem in terms.stems], _number_of_memories(EVERYTHING))
    common = {stem for stem, matches in zip(terms.stems, counted, strict=True) if matches > COMMON * number}
    rest = words.WORD.sub(lambda word: "" if words.stem(word[0]) in common else word[0], query)
    return rest if words.words(rest) else query


def _weighed(terms: Terms) -> tuple[Terms, int, dict[str, int]]:
    """The terms, how many memories there are, and how many of these, anywhere, each of the alternatives matches.

    The terms come without their beginning where the last word is a common one: to look for longer words among the matches of
    such costs more than it finds, and even to count them does.
    """
    number = _number_of_memories(EVERYTHING)
    words_alone = replace(terms, beginning="")
    counted = dict(
        zip(words_alone.alternatives, _matched_by([anywhere([word]) for word in words_alone.alternatives], number), strict=True)
    )
    if not terms.beginning or counted[words_alone.alternatives[-1]] > SCORED:
        return words_alone, number, counted
    return terms, number, counted | {terms.begun: _begun_by(terms.begun, number)}


def _as_seen(terms: Terms, filters: Filter) -> tuple[int, dict[str, int]]:
    """How many memories somebody sees, and how many of these each stem matches: a score must tell nothing of the others."""
    number = _number_of_memories(Filter(seen=filters.seen))
    stems = [f'"{stem}"' for stem in terms.stems]
    return number, dict(zip(stems, _matched_by([terms.seen_of(stem) for stem in stems], number), strict=True))


def _number_of_memories(filters: Filter) -> int:
    """How many memories are in the filter's bucket, or in all that are seen."""
    where, values = ("id = %s", [filters.bucket_id]) if filters.bucket_id is not None else seen.as_sql(filters.seen, "id")
    return _rows(f"SELECT coalesce(sum(text_count + image_count), 0) FROM localapi_bucket WHERE {where}", values)[0][0]


def _matched_by(expressions: Sequence[str], number: int) -> list[int]:
    """How many of the `number` memories match each expression, about."""
    return frequencies.matched_by(expressions, number, _sampled)


def _sampled(expressions: Sequence[str], most: int) -> list[tuple[Any, ...]]:
    """Of each expression the newest matches, up to so many: how many, the lowest id, and the highest of all."""
    sample = """
        SELECT count(*), min(rowid), (SELECT max(rowid) FROM memory_index) FROM
        (SELECT rowid FROM memory_index WHERE memory_index MATCH %s ORDER BY rowid DESC LIMIT %s)
    """
    return _rows(" UNION ALL ".join([sample] * len(expressions)), [part for each in expressions for part in (each, most)])


def _begun_by(beginning: str, number: int) -> int:
    """How many of the `number` memories have words of a beginning (an alternative of Terms), about.

    Whether it is a common one, the newest memories tell. The index would put the matches of all these words together before it gave
    the first of them: at a million memories up to 100 ms.
    """

    def among_newest(most: int) -> int:
        newest = "SELECT c0 FROM memory_index_content ORDER BY id DESC LIMIT %s"
        return _rows(f"SELECT count(*) FROM ({newest}) c WHERE {CONTAINS}", [most, contained(beginning)])[0][0]

    expression = anywhere([beginning])
    matches = frequencies.begun_by(expression, number, SCORED, among_newest)
    return _matched_by([expression], number)[0] if matches is None else matches


def _rows(sql: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.fetchall()


def rebuild() -> int:
    """Index every memory anew, after the analyser or its language has changed; returns how many there are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM memory_index")
        cursor.execute(FILL_INDEX)
        cursor.execute("SELECT count(*) FROM memory_index")
        return cursor.fetchone()[0]


def register(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give a new SQLite connection the functions that triggers and queries call; a receiver of Django's `connection_created`."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("stems", -1, _stems, deterministic=True)
        connection.connection.create_function("says", 3, _says, deterministic=True)


def _stems(text: str, file_name: str = "") -> str:
    return " ".join(words.stems(text, file_name))


def _says(text: str, file_name: str, phrase: str) -> bool:
    return words.says(text, phrase) or bool(file_name) and words.says(file_name, phrase)
