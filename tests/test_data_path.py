"""The modules that may be compiled (setup.py): what mypyc takes amiss, although the interpreter and mypy do not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = re.findall(r"\b(?:wire|net|relay|gateway|connector)/\w+", (ROOT / "setup.py").read_text().split('"""')[3])


def source(module: str) -> ast.Module:
    return ast.parse((ROOT / "src" / "landbridge" / f"{module}.py").read_text())


def test_the_list_is_there() -> None:
    assert len(MODULES) > 20


@pytest.mark.parametrize("module", MODULES)
def test_a_name_holds_exceptions_of_one_type_only(module: str) -> None:
    """A compiled function refuses, with a TypeError, to put another type of exception into the same name."""
    for function in ast.walk(source(module)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            types: dict[str, set[str]] = {}
            for handler in ast.walk(function):
                if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type:
                    types.setdefault(handler.name, set()).add(ast.unparse(handler.type))
            assert all(len(found) == 1 for found in types.values()), f"{module}: {function.name}: {types}"


def test_nobody_outside_inherits_from_their_classes() -> None:
    """Interpreted classes cannot inherit from compiled ones, protocols excepted."""
    compiled = {f"landbridge.{module.replace('/', '.')}": protocols_left_out(source(module)) for module in MODULES}
    for file in (ROOT / "src" / "landbridge").rglob("*.py"):
        text = file.read_text()
        name = file.relative_to(ROOT / "src" / "landbridge").with_suffix("").as_posix()
        if name in MODULES or not any(module in text for module in compiled):
            continue
        tree = ast.parse(text)
        taken = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module in compiled
            for alias in node.names
            if alias.name in compiled[node.module]
        }
        bases = {ast.unparse(base) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases}
        assert not bases & taken, name


def protocols_left_out(tree: ast.Module) -> set[str]:
    """Names of the classes that compiling makes native."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "Protocol" not in map(ast.unparse, node.bases)
    }
