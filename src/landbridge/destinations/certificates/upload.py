"""What a client sends to store or to make a certificate, taken apart and checked (destination-service §1.5, §2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.destinations.certificates.generation import COMMON_NAME_LIMIT
from landbridge.destinations.certificates.loading import decoded, encoded
from landbridge.destinations.certificates.validity import DEFAULT, LONGEST, Validity
from landbridge.destinations.keystores.material import Format
from landbridge.destinations.keystores.reading import check, format_of
from landbridge.faults import FaultError, fault
from landbridge.model.certificate import CertificateGeneration, StoredCertificate, TimeUnit
from landbridge.model.properties import name_rule
from landbridge.model.secret import Secret

TYPE = "CERTIFICATE"
"""What find answers show as the type of a file that was uploaded without one."""

_ATTRIBUTES = frozenset({"CN", "CSR", "Validity", "AutomaticRenew", "Password"})
_PASSWORD_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """A certificate that is to be made."""

    name: str
    type: str
    generation: CertificateGeneration


def uploaded(body: object) -> StoredCertificate | Wish:
    """A certificate from the JSON of a client: a whole one, or what to make. `$metadata` is looked at elsewhere.

    Raises `FaultError`: `certificate.invalid`, or what is wrong with the file (`certificate.…`).
    """
    if not isinstance(body, Mapping):
        raise _invalid("the body", "an object with Name, Type and Content")
    name = body.get("Name")
    if not isinstance(name, str) or (expected := name_rule(name)):
        raise _invalid("Name", expected if isinstance(name, str) and expected else "a text that is not empty")
    kind = body.get("Type")
    if kind is not None and not isinstance(kind, str):
        raise _invalid("Type", "a text")
    form = format_of(name)
    if "Attributes" in body:
        return Wish(name, kind or "PEM", _generation(name, form, body["Attributes"]))
    content = body.get("Content")
    if not isinstance(content, str) or not content:
        raise _invalid("Content", "the base64 of the file")
    data = decoded(name, content)
    check(name, data)
    return StoredCertificate(name, kind or TYPE, encoded(data))


def _generation(name: str, form: Format, attributes: object) -> CertificateGeneration:
    if not isinstance(attributes, Mapping):
        raise _invalid("Attributes", "an object")
    for key in attributes.keys() - _ATTRIBUTES:
        raise _invalid(f"Attributes.{str(key)[:50]}", f"one of {', '.join(sorted(_ATTRIBUTES))}")
    if form is Format.DER:
        raise _invalid("Name", "one with the extension pem, p12, pfx or jks: other files cannot hold the key")
    csr = _csr(form, _text(attributes, "CSR"))
    password = _text(attributes, "Password")
    if len(password) > _PASSWORD_LIMIT or (form is Format.JKS and not password):
        raise _invalid("Attributes.Password", f"a text of at most {_PASSWORD_LIMIT} characters; JKS needs one")
    validity = _validity(attributes.get("Validity"))
    return CertificateGeneration(
        common_name=_common_name(name, _text(attributes, "CN")),
        unit=validity.unit,
        value=validity.value,
        automatic_renew=_flag(attributes, "AutomaticRenew"),
        expires=0,
        csr=csr,
        password=Secret(password),
    )


def _common_name(name: str, given: str) -> str:
    """CN as given; else the name of the entity, as far as it fits."""
    if len(given) > COMMON_NAME_LIMIT or not given.isprintable():
        raise _invalid("Attributes.CN", f"at most {COMMON_NAME_LIMIT} printable characters")
    return given or name[:COMMON_NAME_LIMIT]


def _csr(form: Format, given: str) -> str:
    if given and form is not Format.PEM:
        raise _invalid("Name", "one with the extension pem: with a CSR there is no private key to put into a keystore")
    try:
        return decoded("CSR", given).decode("ascii") if given else ""
    except (FaultError, UnicodeDecodeError):
        raise FaultError(fault("certificate.csr-invalid", reason="it is not the base64 of a PEM text")) from None


def _validity(given: object) -> Validity:
    if given is None:
        return DEFAULT
    units = {unit.value: unit for unit in TimeUnit}
    if not isinstance(given, Mapping) or str(given.get("TimeUnit")).upper() not in units:
        raise _invalid("Attributes.Validity", f"an object with Value and TimeUnit, one of {', '.join(units)}")
    unit, value = units[str(given["TimeUnit"]).upper()], given.get("Value")
    if not isinstance(value, int) or isinstance(value, bool) or not Validity(unit, value).is_possible:
        raise _invalid("Attributes.Validity.Value", f"a number from 1 to {LONGEST[unit]} with {unit.value}")
    return Validity(unit, value)


def _text(attributes: Mapping[str, object], key: str) -> str:
    value = attributes.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(f"Attributes.{key}", "a text")
    return value


def _flag(attributes: Mapping[str, object], key: str) -> bool:
    value = attributes.get(key)
    if value is not None and not isinstance(value, bool):
        raise _invalid(f"Attributes.{key}", "true or false")
    return bool(value)


def _invalid(field: str, expected: str) -> FaultError:
    return FaultError(fault("certificate.invalid", field=field, expected=expected))
