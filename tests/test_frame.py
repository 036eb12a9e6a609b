"""The frame: what holds for every file, whoever writes it."""

from __future__ import annotations

import ast
import importlib
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import landbridge

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "landbridge"
MODULES = sorted(PACKAGE.rglob("*.py"))
LOCKS = ("requirements-build.txt", "requirements.txt", "requirements-dev.txt")
DRAWERS = {"utils", "util", "common", "helpers", "base", "core", "misc", "manager"}
LONGEST_MODULE = 450
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def test_no_module_is_a_drawer() -> None:
    assert [name_of(path) for path in PACKAGE.rglob("*") if path.stem.lower() in DRAWERS] == []


def test_every_package_says_what_it_is() -> None:
    packages = [path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE and not is_migration(path)]
    assert packages
    silent = [name_of(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_every_folder_with_modules_is_a_package() -> None:
    """Otherwise an installed landbridge lacks it, although the tests of the sources pass."""
    assert [
        name_of(folder) for folder in {path.parent for path in MODULES} if not (folder / "__init__.py").exists()
    ] == []


def test_no_module_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    """Most fit at a glance; a few may be long, none may be a novel. Options of commands are no steps: bodies count."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES if not is_migration(path)]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    lengths = sorted((node.end_lineno or 0) - node.body[0].lineno + 1 for node in functions)
    assert statistics.median(lengths) <= 10
    assert lengths[len(lengths) * 95 // 100] <= 45
    assert lengths[-1] <= 100


def test_errors_are_recognised_by_type_never_by_text() -> None:
    """`"refused" in str(error)` breaks with the next release of whoever wrote the text (design §4)."""
    guess = re.compile(r" in (?:str|repr)\((?:e|err|exc|error|exception)\)")
    assert [name_of(path) for path in MODULES if guess.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_hashes_and_no_addresses(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert not [
        line for line in lines if re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", line)
    ]
    text = "\n".join(lines)
    pins = re.findall(r"^[A-Za-z0-9._-]+==[^\s\\]+", text, re.MULTILINE)
    hashed = re.findall(r"^[A-Za-z0-9._-]+==[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert pins
    assert len(pins) == len(hashed)


def normal(requirement: str) -> str:
    """The name in a requirement, as the package index compares names."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_every_declared_requirement_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {
        normal(line) for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    }
    assert {normal(requirement) for requirement in project["dependencies"]} <= locked


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_every_import_is_declared() -> None:
    """What only another package brings along may be gone with its next release. Type checkers bring `_typeshed`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normal(requirement) for requirement in project["dependencies"]}
    spelled = {
        "argon2": "argon2-cffi",
        "jsonpath": "python-jsonpath",
        "multipart": "python-multipart",
        "ruamel": "ruamel-yaml",
    }
    foreign = set().union(*map(imported, MODULES)) - sys.stdlib_module_names - {"landbridge", "_typeshed"}
    only_in_tests = {"pytest"}
    assert {spelled.get(name, normal(name)) for name in foreign} - declared <= only_in_tests


def test_the_wire_knows_no_clock_no_loop_no_chance() -> None:
    wire = set().union(*map(imported, (PACKAGE / "wire").rglob("*.py")))
    assert not wire & {"asyncio", "logging", "time", "random", "socket", "ssl", "threading"}


def test_the_version_is_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", landbridge.__version__)


def test_faults_and_model_start_light() -> None:
    """The command line imports late (design §6): faults and model bring no heavy part along."""
    script = "import sys, landbridge.faults, landbridge.model.landscape as _; print('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert not set(result.stdout.split()) & {"asyncio", "fastapi", "sqlalchemy", "httpx", "rich"}


def test_the_entry_point_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, function = project["scripts"]["landbridge"].split(":")
    assert callable(getattr(importlib.import_module(module), function))
