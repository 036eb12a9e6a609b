"""Audit files: what is written, and that no byte of it can be changed unnoticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landbridge.observe.audit import AuditRecord, AuditTrail, check, head

DAY = 86_400.0


class Hand:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def record(number: int = 0, **details: object) -> AuditRecord:
    return AuditRecord("open door", "denied", "door", f"user-{number}", "t-1", details)


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]


def test_a_record_is_one_line_of_json(tmp_path: Path) -> None:
    AuditTrail(tmp_path, Hand())(record(1, reason="a\nb", token="eyJhbGciOiJSUzI1NiJ9.e30.c2ln"))
    (line,) = lines(tmp_path)
    assert line["time"] == "2023-11-14T22:13:20.000+00:00"
    assert (line["user"], line["tenant"]) == ("user-1", "t-1")
    data = {"action": "open door", "message": "denied", "objectName": "door", "reason": "a\nb", "token": "•••"}
    assert line["data"] == data
    assert check(tmp_path) == (1, [])


def test_the_chain_goes_on_over_days_and_restarts(tmp_path: Path) -> None:
    clock = Hand()
    for day in range(3):
        clock.now += DAY
        for number in range(2):
            trail = AuditTrail(tmp_path, clock)
            trail(record(day))
            trail(record(number))
            trail.close()
    assert len(list(tmp_path.iterdir())) == 3
    assert check(tmp_path) == (12, [])
    sorted(tmp_path.iterdir())[1].unlink()
    _, damages = check(tmp_path)
    assert [(damage.line, "does not follow" in damage.reason) for damage in damages] == [(1, True)]


def test_each_changed_byte_is_found(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path, Hand())
    for number in range(3):
        trail(record(number))
    (file,) = tmp_path.iterdir()
    good = file.read_bytes()
    for at in range(len(good) - 1):
        file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert check(tmp_path)[1], f"byte {at}"
    file.write_bytes(good)
    assert check(tmp_path) == (3, [])


@pytest.mark.parametrize("change", ["removed", "swapped", "inserted"])
def test_lines_that_move_are_found(tmp_path: Path, change: str) -> None:
    trail = AuditTrail(tmp_path, Hand())
    for number in range(4):
        trail(record(number))
    (file,) = tmp_path.iterdir()
    first, second, third, last = file.read_bytes().splitlines(True)
    changed = {"removed": [first, third, last], "swapped": [first, third, second, last], "inserted": [first, first]}
    file.write_bytes(b"".join(changed[change]))
    assert check(tmp_path)[1]


@pytest.mark.parametrize("change", ["cut off", "written anew"])
def test_who_knows_a_hash_sees_a_chain_without_it(tmp_path: Path, change: str) -> None:
    trail = AuditTrail(tmp_path, Hand())
    trail(record(1))
    earlier = head(tmp_path)
    trail(record(2))
    known = head(tmp_path)
    trail.close()
    assert check(tmp_path, earlier) == check(tmp_path, known) == (2, [])
    (file,) = tmp_path.iterdir()
    if change == "cut off":
        file.write_bytes(file.read_bytes().splitlines(True)[0])
        assert check(tmp_path, earlier) == (1, [])
    else:
        file.unlink()
        AuditTrail(tmp_path, Hand())(record(3))
    assert check(tmp_path) == (1, []), "the chain alone tells nothing"
    (damage,) = check(tmp_path, known)[1]
    assert known in damage.reason


def test_a_torn_line_is_named_and_the_chain_goes_on_behind_it(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path, Hand())
    trail(record(1))
    trail.close()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b'{"time":"2023')
    assert [(damage.line, damage.reason) for damage in check(tmp_path)[1]] == [(2, "it is no whole record")]
    AuditTrail(tmp_path, Hand())(record(2))
    good, damages = check(tmp_path)
    assert (good, [damage.line for damage in damages]) == (2, [2])


def test_repetitions_are_counted_and_not_written(tmp_path: Path) -> None:
    clock = Hand()
    trail = AuditTrail(tmp_path, clock)
    for _ in range(5):
        trail(record(), key=("a", 1))
    trail(record(), key=("b", 1))
    assert len(lines(tmp_path)) == 2
    clock.now += 61
    trail(record(), key=("a", 1))
    data = lines(tmp_path)[-1]["data"]
    assert isinstance(data, dict)
    assert data["repeated"] == 4


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "audit").write_text("a file in the way")
    AuditTrail(tmp_path / "audit", Hand())(record())
    assert "audit record lost" in caplog.text


def test_a_flood_of_different_records_is_counted(tmp_path: Path) -> None:
    clock = Hand()
    trail = AuditTrail(tmp_path, clock)
    for number in range(200):
        trail(record(), key=number)
    assert len(lines(tmp_path)) == 50
    trail(record())
    data = lines(tmp_path)[-1]["data"]
    assert isinstance(data, dict)
    assert data["suppressed"] == 150
