from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landscape.source import DEPTH_LIMIT, NotYaml, Scalar, Sequence, Table, parse


def test_every_value_knows_its_line() -> None:
    root = parse("a: 1\nb:\n  - x\n  - {c: d}\n")
    assert isinstance(root, Table)
    line, items = root.entries["b"]
    assert (line, items.line) == (2, 3)
    assert isinstance(items, Sequence)
    assert [item.line for item in items.items] == [3, 4]


@pytest.mark.parametrize("spelling", ["0012", "1.50", "TRUE", "1_000", "0x10", "2024-01-01", "yes", "1e3"])
def test_a_scalar_keeps_its_spelling(spelling: str) -> None:
    root = parse(f"key: {spelling}")
    assert isinstance(root, Table)
    _, value = root.entries["key"]
    assert isinstance(value, Scalar)
    assert value.text == spelling


@pytest.mark.parametrize(
    ("text", "boolean", "null"),
    [
        ("true", True, False),
        ("FALSE", False, False),
        ("yes", None, False),
        ("'true'", None, False),
        ("~", None, True),
        ("null", None, True),
        ("''", None, False),
        ("", None, True),
    ],
)
def test_booleans_and_null_follow_yaml_1_2(text: str, boolean: bool | None, null: bool) -> None:
    root = parse(f"key: {text}")
    assert isinstance(root, Table)
    _, value = root.entries["key"]
    assert isinstance(value, Scalar)
    assert (value.boolean, value.is_null) == (boolean, null)


def test_repeated_keys_are_kept_apart() -> None:
    root = parse("a: 1\nb: 2\na: 3\n")
    assert isinstance(root, Table)
    assert root.repeated == [(3, "a")]
    value = root.entries["a"][1]
    assert isinstance(value, Scalar)
    assert value.text == "1"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: [1", 1, 6),
        ("a: 1\nb: c: d", 2, 5),
        ("a: 1\n\tb: 2", 2, 1),
        ("a: 1\nb: \x01", 2, 4),
        ("a: &x 1", 1, 4),
        ("a: *x", 1, 4),
        ("a: !!python/object:os.system 1", 1, 4),
        ("a: !!str 1", 1, 4),
        ("%TAG !e! tag:example.org,2000:\n---\na: 1", 2, 1),
        ("a: 1\n---\nb: 2", 3, 1),
        ("{[a]: 1}", 1, 2),
        ("", 1, 1),
        ("# only a comment", 1, 1),
    ],
)
def test_refusals_name_the_place(text: str, line: int, column: int) -> None:
    with pytest.raises(NotYaml) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.reason
    assert "\n" not in caught.value.reason


def test_nesting_is_limited() -> None:
    parse("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT)
    with pytest.raises(NotYaml):
        parse("[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1))
    with pytest.raises(NotYaml):
        parse("[" * 100_000)


@given(st.text(max_size=200))
def test_garbage_is_read_or_refused_by_name(text: str) -> None:
    refusals = []
    try:
        parse(text)
    except NotYaml as error:
        refusals.append(error)
    assert all(error.line >= 1 and error.column >= 1 for error in refusals)
