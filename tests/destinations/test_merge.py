from __future__ import annotations

from landbridge.destinations.merge import merge
from landbridge.model.destination import destination
from landbridge.model.fragment import Fragment, fragment

D = destination({"Name": "D", "Type": "HTTP", "URL": "http://x.test", "a": "1", "FragmentName": "stored"})


def test_without_fragments_nothing_changes() -> None:
    assert merge(D, []) is D


def test_a_later_fragment_wins_over_an_earlier_one_and_both_over_the_destination() -> None:
    first = fragment({"FragmentName": "f1", "a": "2", "b": "2", "clientSecret": "s"})
    second = fragment({"FragmentName": "f2", "b": "3"})
    merged = merge(D, [first, second])
    assert merged.properties == {
        "Name": "D",
        "Type": "HTTP",
        "URL": "http://x.test",
        "a": "2",
        "b": "3",
        "clientSecret": "s",
        "FragmentName": "f1,f2",
    }
    assert merge(D, [second, first]).properties["b"] == "2"


def test_name_and_type_stay_even_if_a_fragment_could_hold_them() -> None:
    merged = merge(D, [Fragment({"FragmentName": "f", "Name": "X", "Type": "RFC"})])
    assert (merged.name, merged.type) == ("D", "HTTP")


def test_the_tag_is_that_of_the_merged_configuration() -> None:
    assert merge(D, [fragment({"FragmentName": "f", "a": "2"})]).etag != D.etag
