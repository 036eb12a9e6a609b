"""Builds the peers that no distribution packages, in a cache outside the repository, from public registries.

Versions are pinned: figures of another day can be compared. Environment: LANDBRIDGE_BENCH_CACHE names another folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.processes import NotStarted

CHISEL = "github.com/jpillora/chisel@v1.10.1"
FRP = "github.com/fatedier/frp@v0.61.1"
RATHOLE = "rathole@0.5.0"
_GO_LIMIT = 900.0
_CARGO_LIMIT = 1800.0
"""Seconds; on two busy cores rathole's dependencies take ten minutes."""


def cache() -> Path:
    """Where sources and programs are kept between runs."""
    named = os.environ.get("LANDBRIDGE_BENCH_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else home / "landbridge-bench"


def go_program(module: str, package: str, name: str) -> str:
    """Path of a program of a Go module (`path@version`), built when it is not there. Raises `NotStarted`."""
    built = cache() / "bin" / f"{name}-{module.rpartition('@')[2]}"
    if built.exists():
        return str(built)
    go = shutil.which("go", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/go/bin"]))
    if go is None:
        raise NotStarted(f"{name}: there is no Go toolchain to build it with (Debian package golang-go)")
    source = _source(go, module)
    built.parent.mkdir(parents=True, exist_ok=True)
    _run([go, "build", "-o", str(built), package], name, _GO_LIMIT, source)
    return str(built)


def crate_program(crate: str, features: str) -> str:
    """Path of the program of a crate (`name@version`) with these features. Raises `NotStarted`.

    Without the crate's own lock: that of rathole names a release of `time` that newer compilers refuse.
    """
    name = crate.partition("@")[0]
    root = cache() / crate.replace("@", "-")
    built = root / "bin" / name
    if built.exists():
        return str(built)
    cargo = shutil.which(
        "cargo", path=os.pathsep.join([os.environ.get("PATH", os.defpath), f"{Path.home()}/.cargo/bin"])
    )
    if cargo is None:
        raise NotStarted(f"{name}: there is no Rust toolchain to build it with (cargo)")
    command = [cargo, "install", crate, "--no-default-features", "--features", features, "--root", str(root)]
    _run(command, name, _CARGO_LIMIT)
    return str(built)


def _source(go: str, module: str) -> Path:
    """A copy of the module's source. `go install` refuses a module that replaces others; a build inside works."""
    folder = cache() / "source" / module.rpartition("/")[2]
    if not folder.exists():
        said = _run([go, "mod", "download", "-json", module], module, _GO_LIMIT)
        found: Mapping[str, Any] = json.loads(said)
        begun = folder.with_suffix(".begun")
        shutil.rmtree(begun, ignore_errors=True)
        shutil.copytree(found["Dir"], begun, copy_function=shutil.copyfile)
        for path in (begun, *begun.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        begun.rename(folder)
    return folder


def _run(command: list[str], name: str, limit: float, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise NotStarted(f"{name}: building it took more than {limit:.0f} s") from None
    if done.returncode:
        raise NotStarted(f"{name}: it cannot be built here: {done.stderr[-400:]}")
    return done.stdout
