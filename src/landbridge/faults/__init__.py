"""The fault catalogue: every failure that this software answers with, as data.

For: all other packages; nothing here imports them.
Enters: `fault(code, **params)` makes an occurrence, `kind(code)` looks a row up, `CATALOGUE` holds all rows.
Leaves: `answer.headers`, `problem` and the generated `docs/faults.md`.
Must never: do I/O, guess a fault from text.
"""

from landbridge.faults.answer import error_headers, problem
from landbridge.faults.catalogue import CATALOGUE
from landbridge.faults.fault import Fault, FaultError, FaultKind, Origin
from landbridge.faults.lookup import fault, from_wire, kind, to_wire

__all__ = [
    "CATALOGUE",
    "Fault",
    "FaultError",
    "FaultKind",
    "Origin",
    "error_headers",
    "fault",
    "from_wire",
    "kind",
    "problem",
    "to_wire",
]
