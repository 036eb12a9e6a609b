"""`landbridge up`: the whole cloud side in this process, until a signal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli.limits import limited, read_limits
from landbridge.cli.options import DATA, AsJson, Data
from landbridge.model.reach import Reach
from landbridge.observe.logs import LogFormat, LogLevel
from landbridge.settings import Profile, Settings, check

HELP = """Start the cloud side.

Token service, destination service, gateway for connectors and admin API, in this process, until Ctrl-C.

\b
Examples:
  landbridge up
  landbridge up --landscape landscape.yaml
  landbridge up --http-port 0 --https-port 0 --door-port 0 --tunnel-port 0 --json
  landbridge up --profile server --host :: --public-host bridge.example.com
  landbridge up --limit line_limit=16384 --limit idle_timeout=60

Each option has an environment variable: --http-port is LANDBRIDGE_HTTP_PORT. Ctrl-C stops, twice forces.
"""

DEFAULT = Settings()


def _option(name: str, text: str, **more: Any) -> Any:
    variable = f"LANDBRIDGE_{name.replace('-', '_').upper()}"
    return typer.Option(f"--{name}", envvar=variable, show_envvar=False, help=text, **more)


def _switch(name: str, text: str) -> Any:
    variable = f"LANDBRIDGE_{name.replace('-', '_').upper()}"
    return typer.Option(f"--{name}/--no-{name}", envvar=variable, show_envvar=False, help=text)


def _port(name: str, text: str) -> Any:
    return _option(name, f"{text} 0: a free one.", min=0, max=65535)


def up(
    landscape: Annotated[Path | None, _option("landscape", "Landscape file to apply.")] = None,
    data: Data = DATA,
    profile: Annotated[Profile, _option("profile", "laptop: loopback, with comforts. server: any address.")] = (
        DEFAULT.profile
    ),
    host: Annotated[str, _option("host", "Address to listen on.")] = DEFAULT.host,
    public_host: Annotated[str, _option("public-host", "Name that leads others to this machine.")] = (
        DEFAULT.public_host
    ),
    token_domain: Annotated[str, _option("token-domain", "Domain of the token service.")] = DEFAULT.token_domain,
    database_url: Annotated[str, _option("database-url", "Default: SQLite in the data folder.")] = "",
    http_port: Annotated[int, _port("http-port", "API and token service.")] = DEFAULT.http_port,
    https_port: Annotated[int, _port("https-port", "The same over TLS.")] = DEFAULT.https_port,
    public_https_port: Annotated[
        int, _option("public-https-port", "Port of the TLS listener as clients see it. 0: its own.", min=0, max=65535)
    ] = DEFAULT.public_https_port,
    door_port: Annotated[int, _port("door-port", "HTTP door for applications.")] = DEFAULT.door_port,
    socks_port: Annotated[int, _port("socks-port", "SOCKS5 door, as bindings name it.")] = DEFAULT.socks_port,
    tunnel_port: Annotated[int, _port("tunnel-port", "Listener for connectors.")] = DEFAULT.tunnel_port,
    key_rotation_days: Annotated[
        float, _option("key-rotation-days", "Age at which the signing key is replaced. 0: never.", min=0)
    ] = DEFAULT.key_rotation_days,
    admin_issuer: Annotated[str, _option("admin-issuer", "OpenID provider whose users may be administrators.")] = "",
    admin_audience: Annotated[str, _option("admin-audience", "What 'aud' of their tokens must contain.")] = (
        DEFAULT.admin_audience
    ),
    http_authorization: Annotated[
        bool, _switch("http-authorization", "Ask callers of the HTTP door for tokens.")
    ] = True,
    socks_authorization: Annotated[bool, _switch("socks-authorization", "The same for the SOCKS5 door.")] = True,
    trust_remote_clients: Annotated[
        bool, _switch("trust-remote-clients", "Let a door that asks for no token listen beyond loopback.")
    ] = False,
    dedicated_subaccount: Annotated[
        str, _option("dedicated-subaccount", "Id of the one subaccount that the doors serve. Default: all.")
    ] = "",
    allowed_client: Annotated[
        str, _option("allowed-client", "The only OAuth client that the doors let in. Default: connectivity clients.")
    ] = "",
    check_target: Annotated[
        list[str] | None,
        _option("check-target", "Private network that checks of Internet destinations may call. Repeatable."),
    ] = None,
    region: Annotated[
        list[str] | None,
        _option("region", "Region configuration that requests must name: id or id=client. Repeatable."),
    ] = None,
    request_rate: Annotated[
        float, _option("request-rate", "Requests a second that one client may send for one tenant. 0: no limit.", min=0)
    ] = DEFAULT.request_rate,
    request_burst: Annotated[
        int, _option("request-burst", "How many of them may come at once, after a quiet time.", min=1)
    ] = DEFAULT.request_burst,
    limit: Annotated[list[str] | None, _option("limit", "A limit of docs/limits.md: name=number. Repeatable.")] = None,
    reach: Annotated[
        Reach | None, _option("reach", "Addresses of token services. Default: all on a laptop, else public.")
    ] = None,
    stop_grace: Annotated[
        float, _option("stop-grace", "Seconds that open requests get when it is told to stop.", min=0)
    ] = DEFAULT.stop_grace,
    ready_file: Annotated[Path | None, _option("ready-file", "Write the addresses here when ready.")] = None,
    log_format: Annotated[LogFormat, _option("log-format", "Form of the log on stderr.")] = LogFormat.TEXT,
    log_level: Annotated[LogLevel, _option("log-level", "What is logged.")] = LogLevel.INFO,
    as_json: AsJson = False,
) -> None:
    """Start the cloud side and stay until a signal. With --json, one line on stdout says where everything answers."""
    limits = read_limits(limit or (), DEFAULT.door, DEFAULT.tunnel)
    settings = Settings(
        door=limited(DEFAULT.door, limits),
        tunnel=limited(DEFAULT.tunnel, limits),
        data=data,
        database_url=database_url,
        profile=profile,
        host=host,
        public_host=public_host,
        token_domain=token_domain,
        http_port=http_port,
        https_port=https_port,
        public_https_port=public_https_port,
        door_port=door_port,
        socks_port=socks_port,
        tunnel_port=tunnel_port,
        key_rotation_days=key_rotation_days,
        admin_issuer=admin_issuer,
        admin_audience=admin_audience,
        http_authorization=http_authorization,
        socks_authorization=socks_authorization,
        trust_remote_clients=trust_remote_clients,
        dedicated_subaccount=dedicated_subaccount,
        allowed_client=allowed_client,
        check_targets=tuple(check_target or ()),
        regions=tuple(region or ()),
        request_rate=request_rate,
        request_burst=request_burst,
        stop_grace=stop_grace,
        reach=reach,
    )
    check(settings)

    from landbridge.net.loop import beginning, run

    with beginning():
        from landbridge.cli.serving import Announcement, serve
        from landbridge.observe.logs import configure

    configure(log_format, log_level)
    run(serve(settings, landscape, Announcement(ready_file, as_json)))
