"""Takes secrets out of what is about to be logged, by name of the field and by shape of the text.

The type `Secret` hides itself; this is the second net, for text that never was a `Secret`: headers, URLs, bodies, and
messages of libraries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from landbridge.model.destination import SECRET_KEYS
from landbridge.model.secret import Secret

HIDDEN = "•••"

_NAMES = {
    "authorization",
    "proxyauthorization",
    "sapconnectivityauthentication",
    "sapconnectivitytechnicalauthentication",
    "cookie",
    "setcookie",
    "xusertoken",
    "xrefreshtoken",
    "password",
    "passwd",
    "clientsecret",
    "secret",
    "assertion",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "token",
    "admintoken",
    "authenticationdata",
    "privatekey",
} | {re.sub(r"[^a-z]", "", key.lower()) for key in SECRET_KEYS}

_FORM_FIELDS = ("client_secret", "password", "assertion", "access_token", "refresh_token", "code")

_SHAPES = (
    # A JWT: the head and the claims stay out too, they name people.
    (("eyj",), re.compile(r"eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
    # A destination may be called "basic": "basic fragments=[]" is a log's next field, no credential.
    (
        ("bearer", "basic"),
        re.compile(r"\b(Bearer|Basic)\s+(?!\w+=[\w\[])[\w.~+/=-]{10,}", re.IGNORECASE),
        rf"\1 {HIDDEN}",
    ),
    (
        ("-----begin",),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        HIDDEN,
    ),
    (("landbridge1.",), re.compile(r"\blandbridge1\.[\w-]+"), HIDDEN),
    (
        tuple(f"{name}=" for name in _FORM_FIELDS),
        re.compile(rf"\b({'|'.join(_FORM_FIELDS)})=[^&\s\"']+", re.IGNORECASE),
        rf"\1={HIDDEN}",
    ),
    (("://",), re.compile(r"(\w+://[^/\s:@]+):[^/\s@]+@"), rf"\1:{HIDDEN}@"),
)
"""Marks, one of which is in every such text (in lower case), the shape, and what takes its place. Looking for the marks
costs a hundredth of looking for the shapes, and every line of the log is looked at."""

_ANY_MARK = re.compile("|".join(re.escape(mark) for marks, _, _ in _SHAPES for mark in marks))


def redact_text(text: str) -> str:
    """`text` without tokens, credentials, private keys, authentication data and passwords in URLs."""
    lowered = text.lower()
    if _ANY_MARK.search(lowered) is None:
        return text
    for marks, shape, replacement in _SHAPES:
        if any(mark in lowered for mark in marks):
            text = shape.sub(replacement, text)
    return text


def redact(value: object, name: str = "") -> object:
    """`value` without secrets; `name` is the field it stands in. Containers are copied, never changed."""
    if isinstance(value, Secret) or (_is_secret_name(name) and value not in (None, "")):
        return HIDDEN
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, name) for item in value]
    return value


@lru_cache(1024)
def _is_secret_name(name: str) -> bool:
    return re.sub(r"[^a-z]", "", name.lower()) in _NAMES
