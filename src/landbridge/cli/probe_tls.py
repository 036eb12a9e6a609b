"""`landbridge probe tls`: what a TLS server shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from landbridge.checks.evidence import Perspective
from landbridge.cli.probe_options import Behind, Judging, Telling, or_by_connector
from landbridge.cli.probing import Addresses, Where, numeric, probed, target_of, trust_of
from landbridge.cli.spread import spread
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.net.proxy import HttpProxy

HELP = """Shake hands with a TLS server: chain, names, dates, version, whether it wants our certificate.

\b
Examples:
  landbridge probe tls erp.example.com --public-trust
  landbridge probe tls 192.0.2.7:8443 --trust authorities.pem --certificate me.pem --key me.key
  landbridge probe tls erp.example.com --trust authorities.pem --fetch-issuers --proxy http://proxy.example.com:3128
  landbridge probe tls tenant.example.com --as endpoint --trust exported-from-the-sender.pem
  landbridge probe tls tenant.example.com --as endpoint --trust used.pem --other-trust anonymous.pem --seen trace.pem

Without --trust nothing is trusted: the chain is shown and not judged. With --certificate the probe sees whether the
server takes it, also in TLS 1.3, where the refusal comes after the handshake.

--as endpoint looks as those do who call it: --trust is then what the sender trusts, --server-name "" does without the
name, as old senders do, --tls is the newest version that it can speak. --proxy tries that way as well and --resolver
asks another name server as well, to compare. --fetch-issuers asks for missing issuers where certificates say they are.
--address looks at one of many machines behind a name, or at the next one before the name leads there.
"""

As = Annotated[Perspective, typer.Option("--as", help="Do we call it, or do others?")]
Name = Annotated[str | None, typer.Option("--server-name", help="Name to send instead of the host; empty: none.")]
Proxy = Annotated[str, typer.Option("--proxy", metavar="URL", help="Look through this HTTP proxy as well.")]
ProxyPassword = Annotated[Path | None, typer.Option("--proxy-password-file", help="The password of the proxy's user.")]
Resolver = Annotated[str, typer.Option("--resolver", metavar="HOST[:PORT]", help="Ask this name server as well.")]
Fetch = Annotated[bool, typer.Option("--fetch-issuers", help="Fetch issuers that were not sent.")]
Newest = Annotated[str, typer.Option("--tls", metavar="VERSION", help="Offer at most 1.0, 1.1, 1.2 or 1.3.")]
OtherTrust = Annotated[Path | None, typer.Option("--other-trust", help="PEM: what another identity of it trusts.")]
Seen = Annotated[Path | None, typer.Option("--seen", help="PEM: the chain in the sender's own trace.")]
TenantHost = Annotated[str, typer.Option("--tenant-host", help="The host that is recorded for the tenant.")]


@spread
@or_by_connector("tcp")
def tls(
    where: Where,
    perspective: As = Perspective.RECEIVER,
    other_trust: OtherTrust = None,
    seen: Seen = None,
    tenant_host: TenantHost = "",
    address: Addresses = None,
    server_name: Name = None,
    newest: Newest = "",
    fetch_issuers: Fetch = False,
    resolver: Resolver = "",
    proxy: Proxy = "",
    proxy_password: ProxyPassword = None,
    *,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    from landbridge.checks.diallers import DirectDialler
    from landbridge.checks.probe import Scene
    from landbridge.checks.terms import TlsTerms
    from landbridge.net.clock import system_clock

    if newest not in ("", "1.0", "1.1", "1.2", "1.3"):
        raise _usage("--tls is 1.0, 1.1, 1.2 or 1.3")
    target = target_of(where, "tls", 443, ("tls", "https"))
    scene = Scene(
        target=msgspec.structs.replace(target, perspective=perspective),
        dialler=DirectDialler(),
        clock=system_clock,
        logon=judging.logon,
        trust=judging.anchors,
        tls=TlsTerms(
            server_name=server_name,
            newest=newest,
            fetch_issuers=fetch_issuers,
            proxy=_proxy(proxy, proxy_password),
            resolver=_resolver(resolver),
            tenant_host=tenant_host,
            other_trust=trust_of(other_trust, public=False).certificates,
            seen=trust_of(seen, public=False).certificates,
        ),
        addresses=numeric(address),
        seconds=telling.timeout,
    )
    probed(scene, telling.as_json, telling.html)


def _resolver(text: str) -> tuple[str, int]:
    if not text:
        return "", 53
    server = target_of(text, "dns", 53, ("dns",))
    return server.host, server.port


def _proxy(url: str, password: Path | None) -> HttpProxy | None:
    """The proxy in a URL; its password comes from a file, never from the command line."""
    from dataclasses import replace

    from landbridge.cli.text_file import read_text
    from landbridge.model.secret import Secret
    from landbridge.net.proxy import parse_proxy

    if not url:
        return None
    try:
        proxy = parse_proxy(url)
    except ValueError as error:
        raise _usage(str(error)) from None
    if proxy.password:
        raise _usage("the password of a proxy is given with --proxy-password-file")
    return replace(proxy, password=Secret(read_text(password).rstrip("\r\n"))) if password is not None else proxy


def _usage(problem: str) -> FaultError:
    return FaultError(fault("platform.usage", problem=problem, command="landbridge probe tls"))
