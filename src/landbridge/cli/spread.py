"""Options that several commands have, as one parameter: a frozen dataclass whose fields are the options."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each field of the dataclasses that it takes.

    The program reads options from the parameters of a function, and would need every one of them in every command.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind) and name != "return"}

    @functools.wraps(command)
    def called(**given: Any) -> None:
        packed = {
            name: kind(**{one.name: given.pop(one.name) for one in fields(kind)}) for name, kind in groups.items()
        }
        command(**given, **packed)

    parameters = [found for one in inspect.signature(command).parameters.values() for found in _one(one, hints, groups)]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    return called


def _one(parameter: inspect.Parameter, hints: dict[str, Any], groups: dict[str, Any]) -> list[inspect.Parameter]:
    if parameter.name not in groups:
        return [_keyword(parameter.name, hints[parameter.name], parameter.default)]
    kind = groups[parameter.name]
    options = get_type_hints(kind, include_extras=True)
    return [_keyword(one.name, options[one.name], _default(one)) for one in fields(kind)]


def _default(field: Any) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _keyword(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
