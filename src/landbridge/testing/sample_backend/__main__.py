"""`python -m landbridge.testing.sample_backend --port 0`: prints `{"port": N}`, serves until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from landbridge.testing.sample_backend.server import SampleBackend


async def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with SampleBackend(host, port) as backend:
        sys.stdout.write(json.dumps({"port": backend.port}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m landbridge.testing.sample_backend", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port))


if __name__ == "__main__":
    main()
