"""The configuration of a service instance: the JSON of the original (destination-service §8.3), as JSON or as YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

from landbridge.destinations.certificates.upload import Wish, uploaded
from landbridge.faults import FaultError, fault
from landbridge.landscape.fields import Fields
from landbridge.landscape.problems import SHOWN_LIMIT
from landbridge.landscape.source import Node, Scalar, Sequence
from landbridge.model.certificate import StoredCertificate
from landbridge.model.destination import SECRET_KEYS, Destination, InvalidDestination, destination
from landbridge.model.instance_config import ExistingPolicy, InitialContent, InstanceConfig
from landbridge.model.subscription import AccessScopes

T = TypeVar("T", Destination, StoredCertificate)

_LEVEL = ("existing_destinations_policy", "existing_certificates_policy", "destinations", "certificates")


class ConfigInvalid(Exception):
    """`field` must be what `expected` says."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field} must be {expected}")
        self.field = field
        self.expected = expected


def instance_config(given: object) -> InstanceConfig:
    """The configuration in decoded JSON; null and nothing are an empty one.

    Raises `FaultError`: `file.config-invalid`.
    """
    try:
        return _config(given)
    except ConfigInvalid as error:
        raise FaultError(fault("file.config-invalid", field=error.field, expected=error.expected)) from None


def read_config(owner: Fields) -> InstanceConfig:
    """The field `config` of an instance in a landscape."""
    node = owner.node("config")
    if node is None:
        return InstanceConfig()
    try:
        return _config(_plain(node))
    except ConfigInvalid as error:
        owner.wrong("config", f"a wrong {error.field}", error.expected)
        return InstanceConfig()


def config_json(config: InstanceConfig, *, secrets: bool) -> dict[str, object]:
    """The configuration as it is written. `secrets`: whether secret properties and certificates are."""
    levels = {"subaccount": config.subaccount, "instance": config.instance}
    init = {name: _initial_json(content, secrets) for name, content in levels.items() if content != InitialContent()}
    access = {"destination": config.destination_access, "certificate": config.certificate_access}
    sections = {
        name: {"read_scopes": list(scopes.read), "write_scopes": list(scopes.write)}
        for name, scopes in access.items()
        if scopes is not None
    }
    found = {"init_data": init, "subscriber_access": sections}
    return {key: value for key, value in found.items() if value}


def _initial_json(content: InitialContent, secrets: bool) -> dict[str, object]:
    certificates = [
        {"Name": one.name, "Type": one.type, "Content": one.content.reveal()} for one in content.certificates if secrets
    ]
    destinations = [
        {key: value for key, value in one.properties.items() if secrets or key not in SECRET_KEYS}
        for one in content.destinations
    ]
    return {
        "existing_destinations_policy": content.existing_destinations.value,
        "existing_certificates_policy": content.existing_certificates.value,
        "destinations": destinations,
        "certificates": certificates,
    }


def _config(given: object) -> InstanceConfig:
    top = _object("the configuration", given, "HTML5Runtime_enabled", "init_data", "subscriber_access")
    init = _object("init_data", top.get("init_data"), "subaccount", "instance")
    access = _object("subscriber_access", top.get("subscriber_access"), "destination", "certificate")
    return InstanceConfig(
        subaccount=_initial("init_data.subaccount", init.get("subaccount")),
        instance=_initial("init_data.instance", init.get("instance")),
        destination_access=_scopes("subscriber_access.destination", access.get("destination")),
        certificate_access=_scopes("subscriber_access.certificate", access.get("certificate")),
    )


def _initial(path: str, given: object) -> InitialContent:
    level = _object(path, given, *_LEVEL)
    return InitialContent(
        destinations=_each(f"{path}.destinations", level.get("destinations"), _destination),
        certificates=_each(f"{path}.certificates", level.get("certificates"), _certificate),
        existing_destinations=_policy(path, level, "existing_destinations_policy"),
        existing_certificates=_policy(path, level, "existing_certificates_policy"),
    )


def _each(path: str, given: object, read: Callable[[str, Mapping[str, object]], T]) -> tuple[T, ...]:
    items = _list(path, given)
    found = [read(f"{path}[{index}]", _object(f"{path}[{index}]", item)) for index, item in enumerate(items)]
    if len({item.name for item in found}) < len(found):
        raise ConfigInvalid(path, "a list in which every name comes once")
    return tuple(found)


def _destination(path: str, given: Mapping[str, object]) -> Destination:
    try:
        return destination(given)
    except InvalidDestination as error:
        raise ConfigInvalid(f"{path}.{error.field}", error.expected) from None


def _certificate(path: str, given: Mapping[str, object]) -> StoredCertificate:
    try:
        found = uploaded(given)
    except FaultError as error:
        raise ConfigInvalid(path, f"a certificate that can be stored ({error.fault.sentence.rstrip('.')})") from None
    if isinstance(found, Wish):
        raise ConfigInvalid(f"{path}.Content", "the base64 of a file: none is made here")
    return found


def _policy(path: str, level: Mapping[str, object], key: str) -> ExistingPolicy:
    given = level.get(key)
    if given is None:
        return ExistingPolicy.FAIL
    try:
        return ExistingPolicy(str(given))
    except ValueError:
        raise ConfigInvalid(f"{path}.{key}", f"one of {', '.join(ExistingPolicy)}") from None


def _scopes(path: str, given: object) -> AccessScopes | None:
    if given is None:
        return None
    section = _object(path, given, "read_scopes", "write_scopes")
    read, write = (_texts(f"{path}.{key}", section.get(key)) for key in ("read_scopes", "write_scopes"))
    return AccessScopes(read, write)


def _texts(path: str, given: object) -> tuple[str, ...]:
    items = _list(path, given)
    texts = tuple(item for item in items if isinstance(item, str) and item)
    if len(texts) < len(items):
        raise ConfigInvalid(path, "a list of texts")
    return texts


def _object(path: str, given: object, *known: str) -> Mapping[str, object]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigInvalid(path, "an object")
    for key in given if known else ():
        if key not in known:
            _unknown(path, str(key), known)
    return given


def _list(path: str, given: object) -> list[object]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise ConfigInvalid(path, "a list")
    return given


def _unknown(path: str, key: str, known: tuple[str, ...]) -> NoReturn:
    raise ConfigInvalid(f"{path}.{key[:SHOWN_LIMIT]}", f"one of {', '.join(known)}")


def _plain(node: Node) -> object:
    """The node as decoded JSON would be; single values are texts as they are spelled."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {key: _plain(value) for key, (_, value) in node.entries.items()}
