"""The data path compiled by mypyc (`make compiled`) does what the same files do in the interpreter."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.tools import require_tool
from tests.world.client import Client, End, ask, request
from tests.world.processes import installation

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
INSTALL = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target")
NAMES = "import importlib, json, sys; print(json.dumps([importlib.import_module(n).__file__ for n in sys.argv[1:]]))"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package, compiled from a copy: the build writes beside its sources."""
    require_tool("a C compiler", shutil.which(sysconfig.get_config_var("CC").split()[0]) is not None)
    require_tool("Python.h", (Path(sysconfig.get_path("include")) / "Python.h").exists())
    folder = tmp_path_factory.mktemp("compiled")
    source, target = folder / "source", folder / "target"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    done = subprocess.run(
        [sys.executable, *INSTALL, str(target), str(source)],
        env={**os.environ, "LANDBRIDGE_COMPILE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return target


async def test_requests_go_through_compiled_programs(
    compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(compiled))
    assert files_of_the_data_path() == {(str(compiled), True)}
    async with installation(tmp_path) as running:
        for path in compiled.glob("*.so"):
            for name in ("gateway", "connector"):
                process = running.programs[name].process
                assert process is not None
                assert not sys.platform.startswith("linux") or path.name in mapped(process.pid)
        async with await Client.open(running.door) as client:
            token = running.token
            answer = await client.ask(request("http://erp.virtual/echo", token, method="POST", body=b"x" * 200_000))
            assert (answer.status, answer.json["method"], answer.end) == (200, "POST", End.WHOLE)
            chunked = await client.ask(request("http://erp.virtual/large?bytes=300000&chunked=1", token))
            assert (len(chunked.body), chunked.end) == (300_000, End.WHOLE)
            assert (await client.ask(request("http://erp.virtual/echo", "no.token"))).fault == "proxy.token-invalid"
        refused = await ask(running.door, request("http://no.virtual/echo", token))
        assert (refused.status, refused.fault) == (403, "connector.system-not-exposed")


def files_of_the_data_path() -> set[tuple[str, bool]]:
    """(folder, is it compiled) of the modules that setup.py names, as a new interpreter imports them."""
    listed = re.search(r'DATA_PATH = """(.*?)"""', (ROOT / "setup.py").read_text(), re.DOTALL)
    assert listed is not None
    names = [f"landbridge.{name.replace('/', '.')}" for name in listed[1].split()]
    said = subprocess.run([sys.executable, "-c", NAMES, *names], capture_output=True, text=True, check=True).stdout
    files = [Path(file) for file in json.loads(said)]
    return {(str(file.parents[2]), file.suffix == ".so") for file in files}


def mapped(process: int) -> str:
    """What a process has loaded."""
    return Path(f"/proc/{process}/maps").read_text()
