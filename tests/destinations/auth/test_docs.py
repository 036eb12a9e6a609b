"""The pages of docs/authentication are true: a shell runs their examples against a running cloud side."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from landbridge.app import CloudSide
from landbridge.destinations.auth.types import TYPES
from tests.cloud_side import settings_in
from tests.destinations.token_service import fake_token_service
from tests.tools import require_tool

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "authentication"
OVERVIEW = FOLDER / "README.md"
PAGES = sorted(FOLDER.glob("*.md"))
SHOWN = ("authTokens", "certificates")


@dataclass
class Reader:
    """Somebody with a shell, a running cloud side, and the commands of the overview typed in."""

    folder: Path
    data: Path
    idp: str

    async def run(self, script: str) -> str:
        """What the script writes to stdout."""
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LANDBRIDGE_DATA": str(self.data),
            "IDP": self.idp,
            "no_proxy": "*",
        }
        text = f"set -euo pipefail\n{prelude()}\n{script}"
        return await asyncio.to_thread(self._run, text, environment)

    def _run(self, text: str, environment: dict[str, str]) -> str:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-c", text],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
async def reader(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reader]:
    for tool in ("bash", "curl", "openssl"):
        require_tool(tool, shutil.which(tool) is not None)
    folder = tmp_path_factory.mktemp("reader")
    side = await CloudSide.start(settings_in(folder), ROOT / "examples" / "authentication.yaml")
    try:
        async with fake_token_service() as idp:
            yield Reader(folder, side.settings.data, f"http://127.0.0.1:{idp.port}")
    finally:
        await side.stop()


def prelude() -> str:
    """The names that the overview gives a shell."""
    (first, *_) = re.findall(r"```sh\n(.*?)```", OVERVIEW.read_text(encoding="utf-8"), flags=re.DOTALL)
    return str(first)


def examples(page: Path) -> list[tuple[str, dict[str, Any]]]:
    """Commands, with what comes back."""
    found = re.findall(r"```sh\n([^`]*)```\n```json\n([^`]*)```", page.read_text(encoding="utf-8"))
    return [(commands, json.loads(answer)) for commands, answer in found]


def fits(found: object, written: object) -> bool:
    """Whether `found` is what stands in the page, where `…` is any text."""
    if isinstance(written, dict):
        return (
            isinstance(found, dict)
            and found.keys() == written.keys()
            and all(fits(found[key], written[key]) for key in written)
        )
    if isinstance(written, list):
        return isinstance(found, list) and len(found) == len(written) and all(map(fits, found, written))
    if isinstance(written, str):
        pattern = ".+".join(map(re.escape, written.split("…")))
        return isinstance(found, str) and re.fullmatch(pattern, found, flags=re.DOTALL) is not None
    return found == written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_the_examples_do_what_the_page_says(reader: Reader, page: Path) -> None:
    assert examples(page)
    for commands, written in examples(page):
        answer = json.loads((await reader.run(commands)).splitlines()[-1])
        shown = {key: answer[key] for key in SHOWN if key in answer}
        assert fits(shown, written), json.dumps(shown, indent=1)


def test_every_type_has_a_page() -> None:
    titles = {page.read_text(encoding="utf-8").splitlines()[0] for page in PAGES}
    assert {f"# {name}" for name in TYPES} - titles == {"# TokenForwarding"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
