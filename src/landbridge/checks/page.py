"""A report as one HTML file: nothing is loaded from anywhere, nothing runs in it, secrets are out. For tickets."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from landbridge.checks.chain_listing import Listed
from landbridge.checks.evidence import Step
from landbridge.checks.finding import Finding
from landbridge.checks.history import Change
from landbridge.checks.quotation import redacted
from landbridge.checks.report import Report, called, state

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2433}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;
border-bottom:1px solid #dde2ea}section{border-left:4px solid #b3261e;padding-left:1rem;margin:1rem 0}
.ok{color:#1b6e3c}.failed{color:#b3261e}.skipped,.quiet{color:#667085}
""".strip()


def page(report: Report) -> str:
    """The report as HTML. Texts of foreign systems are escaped and redacted."""
    target = report.evidence.target
    title = f"{target.protocol} {called(report)}"
    when = datetime.fromtimestamp(report.evidence.at, UTC)
    parts = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="quiet">Looked at on {when:%Y-%m-%d %H:%M:%S} UTC{_text(_where(target.location))}</p>',
        *map(_finding, report.findings),
        *(['<p class="ok">Nothing was found that stands in the way.</p>'] if report.healthy else []),
        *(f'<p class="failed">{step.probe} failed, and no rule says why.</p>' for step in report.unexplained),
        *(f"<p>{_text(note)}</p>" for note in report.notes),
        _changes(report.changes),
        "<h2>The way</h2>",
        _steps(report.evidence.steps),
        _chain(report.chain),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _where(location: str) -> str:
    return f", from the connector {location}" if location else ""


def _finding(finding: Finding) -> str:
    rows = [
        ("What", [finding.row.what]),
        ("Seen", finding.evidence),
        ("Who", [f"{finding.emitter}, {finding.layer.value}"]),
        ("Do", [finding.action]),
        ("It is not", [f"{other.cause}: {other.by}" for other in finding.alternatives]),
        ("Read", finding.entry.references),
        ("Fault", [finding.fault]),
    ]
    table = "".join(
        f"<tr><th>{label}</th><td>{'<br>'.join(map(_text, lines))}</td></tr>" for label, lines in rows if lines
    )
    return f"<section><h2>{_text(finding.name)}: {finding.confidence.value}</h2><table>{table}</table></section>"


def _changes(changes: tuple[Change, ...]) -> str:
    if not changes:
        return ""
    rows = "".join(
        f"<tr><td>{_text(one.what)}</td><td><code>{_text(one.before)}</code></td>"
        f"<td><code>{_text(one.now)}</code></td></tr>"
        for one in changes
    )
    return f"<h2>Changed since nothing was wrong</h2><table><tr><th>What<th>Before<th>Now</tr>{rows}</table>"


def _steps(steps: tuple[Step, ...]) -> str:
    rows = "".join(
        f'<tr><td class="{state(step)}">{state(step)}</td><td>{_text(step.probe)}</td><td>{_lines(step)}</td>'
        f"<td>{step.milliseconds:g} ms</td></tr>"
        for step in steps
    )
    return f"<table>{rows}</table>"


def _chain(certificates: tuple[Listed, ...]) -> str:
    if not certificates:
        return ""
    rows = "".join(f"<tr><td>{_text(one.source)}</td><td>{_text(one.line)}</td></tr>" for one in certificates)
    return f"<h2>Certificates</h2><table>{rows}</table>"


def _lines(step: Step) -> str:
    return _text(step.skipped) if step.skipped else "<br>".join(_text(fact.line) for fact in step.seen)


def _text(text: str) -> str:
    return escape(redacted(text))
