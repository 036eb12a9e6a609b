from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.destinations.filter import (
    Filter,
    Labelled,
    ModifiedWithin,
    NamedIn,
    NameLike,
    names_of,
    parse_filter,
)
from landbridge.faults import FaultError


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Name in ('a')", NamedIn(("a",))),
        ("Name in ('a','b')", NamedIn(("a", "b"))),
        ("  name  IN('a' ,  'b' ) ", NamedIn(("a", "b"))),
        ("Name in ('a%27b','c%20d','%25')", NamedIn(("a'b", "c d", "%"))),
        ("Name in ('a''b','c d','100%','%zz')", NamedIn(("a'b", "c d", "100%", "%zz"))),
        ("Name in ('Ä','%C3%84')", NamedIn(("Ä", "Ä"))),
        ("Name in ('(a,b)')", NamedIn(("(a,b)",))),
        ("Name in ('')", NamedIn(("",))),
        ("FragmentName in ('f')", NamedIn(("f",))),
        ("startswith(Name,'p')", NameLike(prefix="p")),
        ("StartsWith( Name , 'p''q%20' )", NameLike(prefix="p'q%20")),
        ("endswith(Name,'s')", NameLike(suffix="s")),
        ("modifiedwithin('30','minutes')", ModifiedWithin(30)),
        ("modifiedwithin('1','minute')", ModifiedWithin(1)),
        ("MODIFIEDWITHIN('1440', 'MINUTES')", ModifiedWithin(1440)),
        ("Label['env'] HAS ('prod','qa')", Labelled((("env", ("prod", "qa")),))),
        ("Label['a%20b'] has ('%2F') and label['x'] HAS ('y')", Labelled((("a b", ("/",)), ("x", ("y",))))),
    ],
)
def test_what_is_understood(text: str, form: Filter) -> None:
    assert parse_filter(text) == form


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("x", 1),
        ("Type in ('a')", 1),
        ("Name", 5),
        ("Name = 'a'", 5),
        ("Name in 'a'", 8),
        ("Name in ()", 10),
        ("Name in ('a'", 13),
        ("Name in ('a',)", 14),
        ("Name in ('a' 'b')", 13),
        ("Name in ('a') x", 14),
        ("Name in ('a') and Name in ('b')", 14),
        ('Name in ("a")', 10),
        ("startswith(URL,'a')", 12),
        ("startswith(Name)", 16),
        ("contains(Name,'a')", 1),
        ("modifiedwithin('0','minutes')", 29),
        ("modifiedwithin('1441','minutes')", 32),
        ("modifiedwithin('-1','minutes')", 30),
        ("modifiedwithin('٣','minutes')", 29),
        ("modifiedwithin('1','hours')", 27),
        ("modifiedwithin('1')", 19),
        ("Label('a') HAS ('b')", 6),
        ("Label['a'] IN ('b')", 11),
        ("Label['a'] HAS ('b') OR Label['c'] HAS ('d')", 21),
        ("Label['a'] HAS ('b') AND Name in ('c')", 25),
    ],
)
def test_what_is_not_says_where(text: str, position: int) -> None:
    with pytest.raises(FaultError) as caught:
        parse_filter(text)
    assert caught.value.fault.code == "destination.filter-invalid"
    assert int(caught.value.fault.params["position"]) == position


@given(st.text(alphabet="Name inLabelHAS[]()',%startwihdmofue0123 '\"\\\n", max_size=60) | st.text(max_size=30))
def test_garbage_is_refused_and_nothing_else_happens(text: str) -> None:
    with suppress(FaultError):
        parse_filter(text)


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
def test_names_that_are_encoded_come_back(names: list[str]) -> None:
    encoded = ",".join("'" + "".join(f"%{byte:02X}" for byte in n.encode("utf-8", "replace")) + "'" for n in names)
    expected = tuple(name.encode("utf-8", "replace").decode() for name in names)
    assert parse_filter(f"Name in ({encoded})") == NamedIn(expected)


def test_a_long_filter_takes_no_long_time() -> None:
    names = tuple("a'" * 10 for _ in range(2000))
    text = ",".join("'" + name.replace("'", "''") + "'" for name in names)
    assert parse_filter(f"Name in ({text})") == NamedIn(names)


def test_deletion_takes_names_only() -> None:
    assert names_of("Name in ('a')") == ("a",)
    for text, code in (("startswith(Name,'a')", "destination.filter-invalid"), (None, "destination.filter-missing")):
        with pytest.raises(FaultError) as caught:
            names_of(text)
        assert caught.value.fault.code == code
