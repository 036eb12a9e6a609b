"""From destinations to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from landbridge.landscape.formats import environment, json_text, properties, yaml_text
from landbridge.landscape.formats.archive import pack
from landbridge.landscape.formats.form import FileForm
from landbridge.model.destination import SECRET_KEYS, Destination

_ENVIRONMENT = {
    FileForm.ENV_JS: environment.for_js,
    FileForm.ENV_APPROUTER: environment.for_approuter,
    FileForm.ENV_JAVA: environment.for_java,
}


def write_file(destinations: Sequence[Destination], form: FileForm, *, secrets: bool = False) -> bytes:
    """The bytes of a file. Secrets stay out unless they are asked for.

    A properties file holds one destination: of several it becomes a zip of properties files.
    """
    items = [_properties(one, secrets) for one in destinations]
    if form in _ENVIRONMENT:
        return _ENVIRONMENT[form](items).encode()
    if form is FileForm.YAML:
        return yaml_text.render(items).encode()
    if form is FileForm.JSON:
        return json_text.render(items).encode()
    if form is FileForm.PROPERTIES and len(items) == 1:
        return properties.render(items[0]).encode()
    return pack((f"{item['Name']}.properties", properties.render(item).encode()) for item in items)


def _properties(item: Destination, secrets: bool) -> Mapping[str, str]:
    """Name and type first, then the others as they were stored."""
    first = {"Name": item.name, "Type": item.type}
    return first | {key: value for key, value in item.properties.items() if secrets or key not in SECRET_KEYS}
