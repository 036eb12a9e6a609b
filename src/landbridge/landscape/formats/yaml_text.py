"""YAML: a flat mapping, or a list of them. Values are text as it is spelled, as in a landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from landbridge.landscape.source import Node, NotYaml, Scalar, Table
from landbridge.landscape.source import Sequence as Items
from landbridge.landscape.source import parse as parse_tree


def parse(text: str) -> list[Mapping[str, object]]:
    """The mappings in it. Raises `NotYaml`."""
    root = parse_tree(text)
    return [_mapping(node) for node in (root.items if isinstance(root, Items) else [root])]


def render(destinations: Sequence[Mapping[str, str]]) -> str:
    """One mapping for one destination, a list otherwise."""
    items = [readable(item) for item in destinations]
    return dump(items[0] if len(items) == 1 else items)


def dump(content: object) -> str:
    """YAML in block style, with long lines left whole."""
    writer = YAML(typ="rt", pure=True)
    writer.default_flow_style = False
    writer.width = 1_000_000
    writer.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    writer.dump(content, out)
    return out.getvalue()


def readable(value: object) -> object:
    """`value` with certificates and the like as literal blocks, and odd characters as escapes."""
    if isinstance(value, Mapping):
        return {readable(key): readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [readable(item) for item in value]
    if not isinstance(value, str) or value.isprintable():
        return value  # quoted where it would be read as something else than text
    return LiteralScalarString(value) if _is_block(value) else DoubleQuotedScalarString(value)


def _is_block(text: str) -> bool:
    """Whether a text of several lines keeps its form in a literal block: certificates do."""
    *lines, rest = text.split("\n")
    return not rest and all(line.strip() == line != "" and line.isprintable() for line in lines)


def _mapping(node: Node) -> Mapping[str, object]:
    if not isinstance(node, Table):
        raise NotYaml(node.line, 1, "a destination must be a mapping")
    for line, key in node.repeated:
        raise NotYaml(line, 1, f"the key {key!r} is there twice")
    return {key: _text(value) for key, (_, value) in node.entries.items()}


def _text(node: Node) -> object:
    """A list or a mapping is no value of a destination: it stays what it is, and is reported as such."""
    return node.text if isinstance(node, Scalar) else []
