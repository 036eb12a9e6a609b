"""What the commands of `landbridge probe` share: targets, options, and how a report is told."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from landbridge.cli.files import write_private
from landbridge.cli.options import give, give_json
from landbridge.cli.text_file import read_text
from landbridge.cli.trust_file import PASSWORD, certificates_of
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.evidence import Target
    from landbridge.checks.finding import Finding
    from landbridge.checks.probe import Logon, Scene, Trust
    from landbridge.checks.report import Report

Where = Annotated[str, typer.Argument(metavar="URL", help="host, host:port or a URL.")]
TrustFile = Annotated[
    Path | None, typer.Option("--trust", help="PEM, DER, PKCS#7, PKCS#12, JKS: judge by these.", show_default=False)
]
TrustPassword = Annotated[
    Path | None, typer.Option("--trust-password-file", help=f"The password of --trust; else {PASSWORD}.")
]
PublicTrust = Annotated[bool, typer.Option("--public-trust", help="Judge by the public authorities of this machine.")]
CertificateFile = Annotated[
    Path | None, typer.Option("--certificate", help="PEM file: our client certificate and its chain.")
]
KeyFile = Annotated[Path | None, typer.Option("--key", help="PEM file: the key of --certificate.")]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write the report to this file as well, for a ticket.")]
Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", help="Take this for an address of its name, and do not ask; may be repeated."),
]
Seconds = Annotated[float, typer.Option("--timeout", min=0.1, max=120, help="Seconds for each probe.")]


Through = Annotated[
    str, typer.Option("--subaccount", help="Look through a connector of this subaccount, from where it stands.")
]
Location = Annotated[str, typer.Option("--location", help="Location id of that connector.")]


def through(subaccount: str, wish: Mapping[str, object], data: Path, as_json: bool, html: Path | None) -> None:
    """Have a connector look at a system of its mappings, tell the report, and end with its exit code."""
    from landbridge.cli.listing import path
    from landbridge.cli.running import RunningSide

    reported(RunningSide(data).post(path("subaccounts", subaccount, "probe"), wish), as_json, html)


def numeric(addresses: list[str] | None) -> tuple[str, ...]:
    """The addresses that a user gave. Raises `FaultError` (`platform.usage`) for what is none."""
    from ipaddress import ip_address

    try:
        return tuple(str(ip_address(one)) for one in addresses or ())
    except ValueError as error:
        raise FaultError(fault("platform.usage", problem=f"--address: {error}", command="landbridge")) from None


def addressed(where: str, scheme: str) -> str:
    """A target that was written for another command, as a URL of that scheme."""
    return f"{scheme}://{where.partition('://')[2] or where}"


def target_of(text: str, protocol: str, port: int | Mapping[str, int], schemes: tuple[str, ...]) -> Target:
    """The target that a user wrote. Raises `FaultError` (`check.target-invalid`)."""
    from landbridge.checks.targets import target_of as read

    return read(text, protocol, port, schemes)


def trust_of(file: Path | None, public: bool, password: Path | None = None) -> Trust:
    """What to judge by: a file, the public authorities, or nothing. Raises `FaultError` for a file that is none.

    password  file with what opens the first one
    """
    from landbridge.checks.probe import Trust
    from landbridge.checks.public_trust import public_trust

    if file is None:
        return public_trust() if public else Trust()
    return Trust(source=str(file), certificates=certificates_of(file, password))


def logon_of(certificate: Path | None, key: Path | None) -> Logon:
    """The client certificate that a user gave. Raises `FaultError` when one of the two files is missing."""
    from landbridge.checks.probe import Logon
    from landbridge.model.secret import Secret

    if (certificate is None) is not (key is None):
        problem = "--certificate and --key belong together"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge probe"))
    if certificate is None or key is None:
        return Logon()
    return Logon(certificate=read_text(certificate), key=Secret(read_text(key)))


def probed(scene: Scene, as_json: bool, html: Path | None = None) -> None:
    """Make the probes of the target's kind, tell the report, and end with its exit code."""
    from landbridge.checks.history import good
    from landbridge.checks.memory import folder, remember, remembered
    from landbridge.checks.plan import observe
    from landbridge.checks.plans import PLANS
    from landbridge.checks.report import report
    from landbridge.net.loop import run

    place = folder()
    evidence = run(observe(scene, PLANS[scene.target.protocol].probes))
    finished = report(remembered(evidence, place))
    if finished.healthy:
        remember(evidence.target, good(evidence), place)
    given(finished, as_json, html)
    if not finished.healthy:
        raise typer.Exit(fault("check.finding", target="", finding="").kind.exit)


def given(finished: Report, as_json: bool, html: Path | None) -> None:
    """Tell a report. Raises `FaultError` (`platform.file-unwritable`) when the page cannot be written."""
    from landbridge.checks.page import page

    if html is not None:
        write_private(html, page(finished).encode())
    if as_json:
        give_json(finished.as_json())
    else:
        tell(finished)


def reported(answer: Mapping[str, object], as_json: bool, html: Path | None) -> None:
    """Tell a report that the cloud side made, and end with its exit code.

    Raises `FaultError` (`platform.file-unwritable`) when the page cannot be written.
    """
    import msgspec

    from landbridge.checks.evidence import Evidence
    from landbridge.checks.page import page
    from landbridge.checks.report import report

    finished = report(msgspec.convert(answer["evidence"], Evidence))
    if html is not None:
        write_private(html, page(finished).encode())
    if as_json:
        give_json(answer)
    else:
        tell(finished)
    if not finished.healthy:
        raise typer.Exit(fault("check.finding", target="", finding="").kind.exit)


def tell(finished: Report) -> None:
    """A report for people: the way first, then what was found and what to do."""
    from landbridge.checks.report import called, state

    target = finished.evidence.target
    give(f"{target.protocol} {called(finished)}")
    width = max((len(step.probe) for step in finished.evidence.steps), default=0)
    for step in finished.evidence.steps:
        lines = [step.skipped] if step.skipped else [fact.line for fact in step.seen]
        for number, line in enumerate(lines or ["nothing"]):
            label = f"{state(step):<8}{step.probe:<{width}}" if number == 0 else " " * (8 + width)
            give(f"  {label}  {line}")
    source = ""
    for certificate in finished.chain:
        if certificate.source != source:
            source = certificate.source
            give(f"Certificates {source}:")
        give(_filled(certificate.line, "  ", "    "))
    for finding in finished.findings:
        _tell_finding(finding)
    for change in finished.changes:
        give(_field("Since", f"{change.what} was {change.before}, is {change.now}", ""))
    for note in finished.notes:
        give(_field("Note", note, ""))
    for step in finished.unexplained:
        give(f"{step.probe} failed, and no rule says why. The report holds what was seen (--html FILE, --json).")
    _tell_official(finished)
    if finished.healthy:
        give("Nothing was found that stands in the way.")


def _tell_official(finished: Report) -> None:
    """What the original's check says, where it has one."""
    official = finished.official
    if official is None:
        return
    status = f", status {official.status} ({official.advice})" if official.status else ""
    row = f" [{official.failure}/{official.cause}]" if official.failure else ""
    said = f": {official.message or official.meaning}" if official.message or official.meaning else ""
    verdict = "succeeds" if official.success else "fails"
    give(_field("Note", f"The original's Check Connection {verdict}{status}{said}{row}", ""))


def _tell_finding(finding: Finding) -> None:
    give("")
    give(f"{finding.name}: {finding.confidence.value}")
    give(_field("What", finding.row.what))
    for line in finding.evidence:
        give(_field("Saw", line))
    give(_field("Who", f"{finding.emitter}, {finding.layer.value}"))
    give(_field("Do", finding.action))
    for other in finding.alternatives:
        give(_field("Not", f"{other.cause}: {other.by}"))


def _field(label: str, value: str, indent: str = "  ") -> str:
    return _filled(value, f"{indent}{label:<6}", " " * (len(indent) + 6))


def _filled(text: str, first: str, others: str) -> str:
    """Broken between words, so that names with hyphens stay whole; what is longer than a line stays whole too."""
    return textwrap.fill(
        text, 110, initial_indent=first, subsequent_indent=others, break_on_hyphens=False, break_long_words=False
    )
