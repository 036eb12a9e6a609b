"""What pins the foreign clients says which versions, with a digest of each, and never where from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("project", ["sap_cloud_sdk_js", "sap_approuter"])
def test_a_lock_file_names_digests_and_no_address(project: str) -> None:
    packages = json.loads((HERE / project / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    assert not [name for name, package in installed.items() if "resolved" in package]
    assert not [name for name, package in installed.items() if not package.get("integrity", "").startswith("sha512-")]


def test_the_java_project_names_no_repository() -> None:
    text = (HERE / "sap_cloud_sdk_java" / "pom.xml").read_text()
    assert "<repositories>" not in text
    assert "<pluginRepositories>" not in text


def test_the_python_project_names_digests_and_no_address() -> None:
    text = (HERE / "sap_cloud_sdk_python" / "requirements.txt").read_text()
    pinned = [line for line in text.splitlines() if "==" in line]
    assert any(line.startswith("sap-cloud-sdk==") for line in pinned)
    assert all(line.endswith(" \\") for line in pinned), "a digest follows each"
    assert "://" not in text
    assert not [line for line in text.splitlines() if line.startswith("--")]
