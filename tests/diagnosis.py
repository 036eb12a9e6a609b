"""The confusion matrix of the checks, told at the end of a run: produced cause by cause that was named first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

NOTHING = "nothing"
"""In place of a cause: nothing was wrong, or nothing was named."""


def diagnosed(reports: Iterable[Any]) -> Counter[tuple[str, str]]:
    """How often each pair of produced and named cause came up, as tests have recorded it."""
    return Counter(
        (value[0], value[1])
        for report in reports
        if getattr(report, "when", "") == "call" and report.outcome in ("passed", "failed")
        for name, value in report.user_properties
        if name == "diagnosed"
    )


def told(matrix: Counter[tuple[str, str]]) -> Iterator[str]:
    """The matrix in lines: the diagonal as sums, everything beside it one by one."""
    ill = {pair: count for pair, count in matrix.items() if pair[0] != NOTHING}
    well = {pair: count for pair, count in matrix.items() if pair[0] == NOTHING}
    right = sum(count for (produced, named), count in ill.items() if produced == named)
    causes = len({produced for produced, _ in ill})
    yield f"produced causes named first: {right} of {sum(ill.values())} scenarios, {causes} causes"
    yield f"nothing named at healthy targets: {well.get((NOTHING, NOTHING), 0)} of {sum(well.values())}"
    for (produced, named), count in sorted(matrix.items()):
        if produced != named:
            yield f"  {produced} was named {named}: {count}"
