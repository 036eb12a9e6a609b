"""What stands on a level: the lists `destinations`, `fragments`, `certificates` and `labels` of their owner."""

from __future__ import annotations

from collections.abc import Iterable

from landbridge.landscape.certificates import CertificateFiles, read_certificates
from landbridge.landscape.destinations import read_destinations, read_fragments
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.problems import shown
from landbridge.model.content import LabelledEntity, LevelContent
from landbridge.model.label import LABEL_LIMIT, EntityKind, Label

LISTS = ("destinations", "fragments", "certificates", "labels")


def read_level(owner: Fields, files: CertificateFiles) -> LevelContent:
    """The content of the level of a subaccount or of an instance."""
    destinations, fragments = read_destinations(owner), read_fragments(owner)
    certificates = read_certificates(owner, files)
    names: dict[EntityKind, set[str]] = {
        EntityKind.DESTINATION: {item.name for item in destinations},
        EntityKind.FRAGMENT: {item.name for item in fragments},
        EntityKind.CERTIFICATE: {item.name for item in certificates},
    }
    once = Once()
    labels = tuple(_labelled(fields, once, names) for fields in owner.tables("labels"))
    return LevelContent(destinations, fragments, certificates, labels)


def _labelled(fields: Fields, once: Once, names: dict[EntityKind, set[str]]) -> LabelledEntity:
    fields.only("on", "name", "labels")
    kind = fields.choice("on", EntityKind, EntityKind.DESTINATION, required=True)

    def check(given: str) -> str | None:
        return None if given in names[kind] else f"the name of a {kind.value} in the list beside"

    name = fields.text("name", check=check)
    once.check((kind, name), fields, "name")
    labels = tuple(Label(key, values) for key, values in fields.text_lists("labels").items())
    _check_limits(fields, labels)
    return LabelledEntity(kind, name, labels)


def _check_limits(fields: Fields, labels: Iterable[Label]) -> None:
    """Ten labels with ten values each, none of them empty (destination-service §1.6)."""
    counted = list(labels)
    if len(counted) > LABEL_LIMIT:
        fields.wrong("labels", f"{len(counted)} labels", f"at most {LABEL_LIMIT}")
    for label in counted:
        texts = (label.key, *label.values)
        if not label.values or len(set(label.values)) != len(label.values) or len(label.values) > LABEL_LIMIT:
            fields.wrong("labels", f"label {shown(label.key)}", f"1 to {LABEL_LIMIT} values, each once")
        elif not all(text and text.isprintable() for text in texts):
            fields.wrong("labels", f"label {shown(label.key)}", "texts that are not empty")
