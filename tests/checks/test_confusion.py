"""The confusion matrix that a run tells at its end."""

from __future__ import annotations

from types import SimpleNamespace

from tests.diagnosis import NOTHING, diagnosed, told


def ran(*value: str, when: str = "call", outcome: str = "passed") -> SimpleNamespace:
    return SimpleNamespace(when=when, outcome=outcome, user_properties=[("diagnosed", list(value))])


def test_right_names_are_sums_and_wrong_ones_are_told() -> None:
    matrix = diagnosed(
        [
            ran("a/x", "a/x", "b/y"),
            ran("a/x", "a/z", outcome="failed"),
            ran("a/x", "a/z", outcome="rerun"),
            ran("a/x", "a/x", when="teardown"),
            ran(NOTHING, NOTHING),
            ran(NOTHING, "a/x"),
        ]
    )
    assert list(told(matrix)) == [
        "produced causes named first: 1 of 2 scenarios, 1 causes",
        "nothing named at healthy targets: 1 of 2",
        "  a/x was named a/z: 1",
        "  nothing was named a/x: 1",
    ]
