"""The command line of the benchmark."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import peers

PARTS = ("requests", "bulk", "memory", "setup", "idle", "find", "checks")


@dataclass(frozen=True, slots=True)
class Idle:
    """How many idle connections, SOCKS streams and tunnels are held to see what one of them costs."""

    connections: int
    streams: int
    tunnels: int


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how wide, and where the answer goes. Times in seconds, `body` in bytes.

    `setups` is the number of connections made one after another.
    """

    seconds: float
    connections: tuple[int, ...]
    rounds: int
    patience: float
    body: int
    stream: int
    setups: int
    idle: Idle
    parts: tuple[str, ...]
    peers: tuple[str, ...]
    compiled: Path | None
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
        connections=given.connections or ((1, 32) if quick else (1, 32, 128, 512)),
        rounds=given.rounds or (1 if quick else 3),
        patience=given.patience if given.patience is not None else (0.0 if quick else 5.0),
        body=64 * 2**20,
        stream=2**28 if quick else 2**30,
        setups=20 if quick else 500,
        idle=Idle(100, 20, 5) if quick else Idle(1000, 100, 50),
        parts=given.parts,
        peers=given.peers,
        compiled=given.compiled,
        json=given.json,
        write_docs=given.write_docs,
        profile=given.profile,
        results=given.results,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="landbridge side by side with its peers.")
    parser.add_argument("--seconds", type=_positive, help="length of each run (4; with --quick 1)")
    parser.add_argument("--connections", type=_numbers, help="comma-separated, e.g. 1,32,128,512")
    parser.add_argument("--rounds", type=int, help="runs of each kind, of which the median counts (3; --quick 1)")
    parser.add_argument("--patience", type=float, help="wait so long for a quiet machine before a run (5; --quick 0)")
    parser.add_argument("--parts", type=_parts, default=PARTS, help=f"comma-separated: {','.join(PARTS)}")
    parser.add_argument("--peers", type=_peers, default=peers.DEFAULT, help=f"all, or of {', '.join(peers.PEERS)}")
    parser.add_argument("--compiled", type=Path, help="also measure the package in this folder (make compiled)")
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
    return peers.ALL if text == "all" else _names(text, peers.PEERS)


def _names(text: str, known: Iterable[str]) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = set(names) - set(known)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return names
