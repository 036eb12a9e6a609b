"""A connector with very many connections: its own process, so that what each costs the gateway can be seen.

Runs as `many_tunnels.py STATE LANDSCAPE NAME HOW-MANY`, and prints a line when all are connected.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from landbridge.connector.program import Connected, Connector, Event
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import load_state
from landbridge.landscape.read import read


async def hold(state: Path, landscape: Path, name: str, count: int) -> None:
    """Connect and stay, until somebody ends the process."""
    content = next(content for content in read(landscape).connectors if content.name == name)
    left = count

    def report(event: Event) -> None:
        nonlocal left
        if isinstance(event, Connected):
            left -= 1
            if left == 0:
                sys.stdout.write("connected\n")
                sys.stdout.flush()

    await Connector(load_state(state), content, ConnectorSettings(connections=count), report).run()


if __name__ == "__main__":
    asyncio.run(hold(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
