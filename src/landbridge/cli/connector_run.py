"""`landbridge connector run`: dial the gateway and serve the mappings of a landscape, until a signal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import STATE, AsJson, State
from landbridge.observe.logs import LogFormat, LogLevel

HELP = """Run a connector.

\b
Examples:
  landbridge connector run --landscape landscape.yaml --name office
  landbridge connector run --landscape landscape.yaml --name office --state /var/lib/landbridge-connector

  landbridge connector run
  landbridge connector run --limit body_idle_timeout=900 --limit response_head_limit=32768

Serves the mappings that the landscape gives the connector of that name, and nothing else; it keeps them, and runs by
what it has kept when no landscape is named ('landbridge connector apply' changes that). Redials by itself; ends
only by a signal, or with a fault that trying again cannot help. With --json, each change of the tunnel is one line.
"""


def run(
    landscape: Annotated[
        Path | None, typer.Option(envvar="LANDBRIDGE_LANDSCAPE", help="Landscape file with the mappings.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the connector in the landscape.")] = "",
    state: State = STATE,
    connect_timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to reach a backend.")] = 8,
    first_byte_timeout: Annotated[
        float, typer.Option(min=0, help="Seconds until a backend begins to answer. 0: no limit.")
    ] = 300,
    limit: Annotated[
        list[str] | None,
        typer.Option(envvar="LANDBRIDGE_CONNECTOR_LIMIT", help="A limit of docs/limits.md: name=number. Repeatable."),
    ] = None,
    proxy: Annotated[
        str,
        typer.Option(envvar="LANDBRIDGE_PROXY", help="HTTP proxy on the way out: http://[user:password@]host:port."),
    ] = "",
    connections: Annotated[int, typer.Option(min=1, max=16, help="TLS connections to each gateway.")] = 1,
    stop_grace: Annotated[
        float, typer.Option(min=0, help="Seconds that open requests get when it is told to stop.")
    ] = 5,
    log_format: Annotated[LogFormat, typer.Option(help="Form of the log on stderr.")] = LogFormat.TEXT,
    log_level: Annotated[LogLevel, typer.Option(help="What is logged.")] = LogLevel.INFO,
    as_json: AsJson = False,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    from landbridge.cli.connecting import connect, connector_of, proxy_of
    from landbridge.cli.limits import limited, read_limits
    from landbridge.connector.settings import ConnectorSettings
    from landbridge.connector.state.configuration import load_configuration
    from landbridge.connector.state.files import load_state
    from landbridge.net.loop import run as run_loop
    from landbridge.observe.logs import configure

    settings = ConnectorSettings(
        connect_timeout=connect_timeout,
        first_byte_timeout=first_byte_timeout,
        proxy=proxy_of(proxy),
        connections=connections,
    )
    settings = limited(settings, read_limits(limit or (), settings))
    described = connector_of(landscape, name) if landscape else None
    identity = load_state(state)
    content = described or load_configuration(state)
    configure(log_format, log_level)
    run_loop(connect(identity, content, settings, stop_grace, as_json))
