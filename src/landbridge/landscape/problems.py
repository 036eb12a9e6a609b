"""What is wrong with a landscape: collected, so that one run reports all of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from landbridge.faults import Fault, FaultError, fault
from landbridge.observe.redact import redact_text

SHOWN_LIMIT = 60


class LandscapeInvalid(FaultError):
    """A landscape that cannot be used. `faults` holds one fault for each problem, by line; `fault` is the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults[0])
        self.faults = faults


@dataclass(slots=True)
class Problems:
    """Collects the problems of one file. `file` is the name that messages show."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def add(self, line: int, path: str, found: str, expected: str) -> None:
        """Note that the field at `path` holds `found` where `expected` should be."""
        self.faults.append(
            fault("landscape.invalid", file=self.file, line=line, field=path, found=found, expected=expected)
        )

    def raise_if_any(self) -> None:
        """Raises `LandscapeInvalid` with all problems in the order of their lines."""
        if self.faults:
            raise LandscapeInvalid(tuple(sorted(self.faults, key=lambda problem: int(problem.params["line"]))))


def shown(text: str) -> str:
    """`text` as a message quotes it: printable, in one line, not too long, without passwords in URLs."""
    plain = redact_text("".join(c if c.isprintable() else "?" for c in text))
    return f"'{plain[:SHOWN_LIMIT]}…'" if len(plain) > SHOWN_LIMIT else f"'{plain}'"
