"""The command line of the benchmark."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ssh import PEERS

PARTS = ("requests", "bulk", "memory", "find")


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how wide, and where the answer goes. Times in seconds, `body` in bytes."""

    seconds: float
    connections: tuple[int, ...]
    rounds: int
    patience: float
    body: int
    stream: int
    parts: tuple[str, ...]
    peers: tuple[str, ...]
    json: bool
    write_docs: bool
    profile: bool
    results: Path


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Options from the command line; `--quick` is one short round, to see that everything works."""
    given = _parser().parse_args(arguments)
    quick: bool = given.quick
    return Options(
        seconds=given.seconds or (1.0 if quick else 4.0),
        connections=given.connections or ((1, 32) if quick else (1, 32, 128)),
        rounds=given.rounds or (1 if quick else 3),
        patience=given.patience if given.patience is not None else (0.0 if quick else 5.0),
        body=64 * 2**20,
        stream=2**28 if quick else 2**30,
        parts=given.parts,
        peers=given.peers,
        json=given.json,
        write_docs=given.write_docs,
        profile=given.profile,
        results=given.results,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="landbridge side by side with ssh -R.")
    parser.add_argument("--seconds", type=_positive, help="length of each run (4; with --quick 1)")
    parser.add_argument("--connections", type=_numbers, help="comma-separated, e.g. 1,32,128")
    parser.add_argument("--rounds", type=int, help="runs of each kind, of which the median counts (3; --quick 1)")
    parser.add_argument("--patience", type=float, help="wait so long for a quiet machine before a run (5; --quick 0)")
    parser.add_argument("--parts", type=_parts, default=PARTS, help="comma-separated: requests,bulk,memory,find")
    parser.add_argument("--peers", type=_peers, default=("ssh", "ssh-nodelay"), help=f"of {', '.join(PEERS)}")
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", action="store_true", help="JSON instead of the table on stdout")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--profile", action="store_true", help="record flame graphs of our programs with py-spy")
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("results"), help="folder of the JSON")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _parts(text: str) -> tuple[str, ...]:
    return _names(text, PARTS)


def _peers(text: str) -> tuple[str, ...]:
    return _names(text, PEERS)


def _names(text: str, known: Iterable[str]) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = set(names) - set(known)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return names
