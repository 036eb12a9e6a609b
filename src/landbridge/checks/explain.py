"""From a pasted text to the failures that may be behind it.

A text proves nothing: one message of Java covers three mistakes with certificates, one 403 has nine authors. So the
result names candidates, the lines that led to them, and what would tell their causes apart. Only an answer of
landbridge itself names its cause outright.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

from landbridge.checks import clues, dictionary, dictionary_clients, dictionary_flows, named, sides, statuses
from landbridge.checks.catalogue import FAILURES, Cause
from landbridge.checks.clues import Clues
from landbridge.checks.explanation import NAMED, POSSIBLE, Explanation, Hypothesis, Quote
from landbridge.checks.filling import Filling
from landbridge.checks.misread import Kept, misread, unwrapped
from landbridge.checks.named import NamedFault, NamedFaults
from landbridge.checks.quotation import quoted
from landbridge.checks.scan import Scan
from landbridge.checks.sides import Sides
from landbridge.checks.statuses import find_status
from landbridge.checks.symptoms import Pointer, Strength, Symptom

_ENOUGH = 20
"""Lines that one symptom is believed on; more say nothing new."""
_QUOTES = 3
_PLACES = 100
"""More than there are pointers in a row."""

_STATUS, _NAMED, _CLUE, _SIDE = "status", "named", "clue", "side"
Row = Symptom | str


@dataclass(slots=True)
class _Nomination:
    """What speaks for one failure: the strongest symptom first."""

    rank: tuple[int, int]
    symptoms: set[str] = field(default_factory=set)
    causes: dict[str, None] = field(default_factory=dict)
    evidence: list[Quote] = field(default_factory=list)

    def add(self, pointer: Pointer, quote: Quote, rank: tuple[int, int]) -> None:
        """One more line that points here. Of many the first ones are kept, and the last: it is nearest to the end."""
        if rank < self.rank:
            self.rank, self.evidence = rank, []
        self.symptoms.add(quote.symptom)
        if rank == self.rank:
            self.evidence = [*self.evidence[: _QUOTES - 1], quote]
        self.causes.update(dict.fromkeys(pointer.causes))

    @property
    def order(self) -> tuple[int, int, int]:
        """Of those with the same ground: earlier rows first; of one row, those that other rows speak for, too."""
        row, place = divmod(self.rank[1], _PLACES)
        return (row, -len(self.symptoms), place)


class _Reader:
    """Sees the lines of one text and remembers what they say."""

    def __init__(self) -> None:
        self.nominations: dict[str, _Nomination] = {}
        self.named = NamedFaults()
        self.clues = Clues()
        self.filling = Filling()
        self.sides = Sides()
        self._hits: dict[str, int] = {}
        self._statuses: list[tuple[int, Quote, tuple[Pointer, ...]]] = []

    def is_needed(self, row: Row) -> bool:
        name = row if isinstance(row, str) else row.name
        return self._hits.get(name, 0) < (_ENOUGH * 50 if isinstance(row, str) else _ENOUGH)

    def see(self, number: int, text: str, rows: Sequence[Row]) -> None:
        for row in rows:
            if isinstance(row, Symptom):
                self._symptom(row, number, text)
            elif row == _STATUS:
                self._status(number, text)
            elif row == _NAMED:
                self._count(row)
                self.named.see(number, text)
            elif row == _SIDE:
                self._count(row)
                self.sides.see(text)
            else:
                self._count(row)
                self.clues.see(text)

    def _symptom(self, row: Symptom, number: int, text: str) -> None:
        found = row.pattern.search(text)
        if found is None:
            return
        self._count(row.name)
        self.filling.see(text)
        self._nominate(row.pointers, Quote(number, quoted(text, found.start()), row.name), row.strength, _order(row))

    def _status(self, number: int, text: str) -> None:
        found = find_status(text)
        if found is None:
            return
        self._count(_STATUS)
        self.filling.see(text)
        self._statuses.append((found.status, Quote(number, quoted(text), f"status {found.status}"), found.pointers))

    def _count(self, name: str) -> None:
        self._hits[name] = self._hits.get(name, 0) + 1

    def _nominate(self, pointers: Iterable[Pointer], quote: Quote, strength: Strength, order: int) -> None:
        for place, pointer in enumerate(pointers):
            rank = (strength, order * _PLACES + place)
            self.nominations.setdefault(pointer.failure, _Nomination(rank)).add(pointer, quote, rank)

    def look_again(self, text: str) -> None:
        """Look at a text in which nothing was found as one that did not come through whole."""
        for row, number, line in unwrapped(text, _symptoms()):
            self._symptom(row, number, line)
        if self.nominations:
            return
        for row, number, line in misread(text, _symptoms()):
            self._nominate(row.pointers, Quote(number, quoted(line), row.name), Strength.VAGUE, _order(row))

    def finish(self, faults: Sequence[NamedFault]) -> None:
        """Believe statuses that nothing better explains: not those of our own faults, nor of a message elsewhere."""
        explained = {found.kind.status for found in faults} | ({500} if self.clues.wrapped else set())
        for status, quote, pointers in self._statuses:
            if status not in explained:
                self._nominate(pointers, quote, Strength.STATUS, 0)


def explain(text: str | bytes | Iterable[bytes]) -> Explanation:
    """What `text` (whole, or in pieces) may mean. Never raises; a text without symptoms has no hypotheses."""
    pieces = [text.encode("utf-8", "replace")] if isinstance(text, str) else [text] if isinstance(text, bytes) else text
    reader = _Reader()
    scan: Scan[Row] = Scan(_marks(), reader.is_needed)
    kept = Kept(pieces)
    for line in scan.over(kept):
        reader.see(line.number, line.text, line.rows)
    faults = reader.named.all()
    reader.finish(faults)
    if not (faults or reader.nominations or reader.clues.wrapped):
        reader.look_again(kept.text)
    hypotheses = [*_proven(faults, reader.filling), *_guessed(reader, faults)]
    return Explanation(
        tuple(faults), tuple(hypotheses), tuple(reader.clues.found), _notes(reader, faults, scan), scan.lines
    )


def _proven(faults: Sequence[NamedFault], filling: Filling) -> list[Hypothesis]:
    """The failures whose cause one of our faults names."""
    causes: dict[str, dict[str, NamedFault]] = {}
    for found in faults:
        for name, cause in found.kind.proves:
            causes.setdefault(name, {}).setdefault(cause, found)
    proven = []
    for name, by_cause in causes.items():
        failure = FAILURES[name]
        evidence = tuple(Quote(f.line, f.evidence, f"fault {f.kind.code}") for f in by_cause.values())
        request = next((found.request_id for found in by_cause.values() if found.request_id), "")
        commands = filling.filled(failure.commands, request)
        proven.append(Hypothesis(failure, NAMED, Strength.NAMED, failure.pick(*by_cause), evidence, commands))
    return proven


def _guessed(reader: _Reader, faults: Sequence[NamedFault]) -> list[Hypothesis]:
    named_already = {failure for found in faults for failure, _ in found.kind.proves}

    def place(item: tuple[str, _Nomination]) -> tuple[int, bool, tuple[int, int, int]]:
        name, nomination = item
        return (nomination.rank[0], not reader.sides.are_of(name), nomination.order)

    ordered = sorted(reader.nominations.items(), key=place)
    return [
        Hypothesis(
            FAILURES[name],
            POSSIBLE,
            Strength(nomination.rank[0]),
            _causes(name, nomination),
            tuple(nomination.evidence),
            reader.filling.filled((*FAILURES[name].commands, f"landbridge failure show {name}")),
        )
        for name, nomination in ordered
        if name not in named_already
    ]


def _causes(name: str, nomination: _Nomination) -> tuple[Cause, ...]:
    """The causes that some symptom points at; all of them when none points at any."""
    return FAILURES[name].pick(*nomination.causes) if nomination.causes else FAILURES[name].causes


def _notes(reader: _Reader, faults: Sequence[NamedFault], scan: Scan[Row]) -> tuple[str, ...]:
    notes = []
    if reader.clues.wrapped:
        notes.append("The text names the log of a failed message: open that log; the error around it says nothing.")
    if reader.clues.queue:
        notes.append("A queue could not be created: look at the quota of queues before anything else.")
    if reader.named.foreign_codes:
        notes.append("X-Internal-Error-Code carries a code that is none of this landbridge: another program answered.")
    if reader.clues.answers and not faults and not reader.named.ours:
        notes.append(
            "The answer has none of landbridge's headers: if it came through landbridge, it is the answer of the system"
            " behind it, or of something in front."
        )
    if scan.cut:
        notes.append("The text is full of what could be symptoms; not all of it was looked at. Give a part of it.")
    return tuple(notes)


@cache
def _marks() -> dict[bytes, list[Row]]:
    """All marks, each with the rows that it belongs to."""
    marks: dict[bytes, list[Row]] = {}
    pairs: Iterable[tuple[bytes, Row]] = chain(
        ((mark, row) for row in _symptoms() for mark in row.marks),
        ((mark, _STATUS) for mark in (*statuses.MARKS, *statuses.CHECK_MARKS)),
        ((mark, _NAMED) for mark in named.MARKS),
        ((mark, _CLUE) for mark in clues.MARKS),
        ((mark, _SIDE) for mark in sides.MARKS),
    )
    for mark, row in pairs:
        marks.setdefault(mark, []).append(row)
    return marks


@cache
def _symptoms() -> tuple[Symptom, ...]:
    return (*dictionary.ALL, *dictionary_flows.ALL, *dictionary_clients.ALL)


@cache
def _order(row: Symptom) -> int:
    return [known.name for known in _symptoms()].index(row.name)
