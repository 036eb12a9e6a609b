"""Tools that some tests need and a machine may lack: Node, wrk, an SSH server."""

from __future__ import annotations

import os

import pytest


def require_tool(name: str, found: bool) -> None:
    """Skip the test with the reason when `name` was not `found`; fail instead where `.ci/run` promised it."""
    if found:
        return
    reason = f"{name} is not available on this machine"
    if os.environ.get("LANDBRIDGE_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{reason}, and LANDBRIDGE_REQUIRE_TOOLS=1 says that it must be")
    pytest.skip(reason)
