"""The sections of a connector about identity: its system certificate, and how users reach backends."""

from __future__ import annotations

import re
from pathlib import Path

from landbridge.landscape.fields import Fields
from landbridge.landscape.problems import shown
from landbridge.model.propagation import DEFAULT_RULE, SUBJECT_FIELDS, Condition, KeyFiles, Propagation, SubjectRule

_PATTERN = re.compile(r"(?:[^$]|\$\{[A-Za-z0-9_.:-]+\})+")


def read_key_files(fields: Fields, key: str, folder: Path, *, needed: bool) -> KeyFiles | None:
    """A certificate with its key, or None when the field is not there."""
    table = fields.table(key)
    if table is None:
        return None
    table.only("certificate", "key")
    names = []
    for name in ("certificate", "key"):
        given = table.text(name)
        path = (folder / given).absolute()
        if given and needed and not path.is_file():
            table.wrong(name, f"{shown(given)}, which is no file", "a PEM file")
        names.append(str(path))
    return KeyFiles(names[0], names[1])


def read_propagation(fields: Fields, folder: Path, *, needed: bool) -> Propagation:
    """`principal_propagation` of a connector (cloud-connector §2.6, §3)."""
    table = fields.table("principal_propagation")
    if table is None:
        return Propagation()
    table.only(
        "authority",
        "token_tolerance_hours",
        "certificate_minutes",
        "failure_status",
        "disabled_issuers",
        "subject_rules",
    )
    return Propagation(
        authority=read_key_files(table, "authority", folder, needed=needed),
        rules=tuple(_rule(rule) for rule in table.tables("subject_rules")) or (DEFAULT_RULE,),
        tolerance_hours=table.number("token_tolerance_hours", 1, 1, 336),
        certificate_minutes=table.number("certificate_minutes", 60, 1, 43_200),
        failure_status=table.number("failure_status", 401, 400, 599),
        disabled_issuers=table.texts("disabled_issuers"),
    )


def _rule(fields: Fields) -> SubjectRule:
    fields.only("subject", "condition", "claim", "value")
    condition = fields.choice("condition", Condition, Condition.ALWAYS)
    is_plain = condition is Condition.ALWAYS
    claim = fields.text("claim", "" if is_plain else None)
    value = fields.text("value", None if condition in (Condition.IS, Condition.IS_NOT) else "")
    return SubjectRule(_subject(fields), condition, claim, value)


def _subject(fields: Fields) -> tuple[tuple[str, str], ...]:
    table = fields.table("subject")
    if table is None:
        fields.wrong("subject", "nothing", f"a mapping of {', '.join(SUBJECT_FIELDS)} to patterns")
        return DEFAULT_RULE.fields
    table.only(*SUBJECT_FIELDS)
    return tuple((name, table.text(name, check=_pattern_rule)) for name in SUBJECT_FIELDS if table.has(name))


def _pattern_rule(given: str) -> str | None:
    return None if _PATTERN.fullmatch(given) else "text with variables like ${name}"
