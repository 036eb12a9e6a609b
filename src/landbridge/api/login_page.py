"""The pages that people see when they log in: plain HTML, good without scripts, with a keyboard and a screen reader."""

from __future__ import annotations

from html import escape

from landbridge.faults import Fault

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(22rem, 90vw); padding: 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: .5rem; font: inherit; }
button { margin-top: 1.5rem; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid #0a6ed1; outline-offset: 2px; }
[role=alert] { border-inline-start: 4px solid #b00; padding: .5rem .75rem; }
"""


def login_page(tenant: str, client: str, action: str, form_token: str, name: str, refused: Fault | None) -> str:
    """The login form. `action` is the address it is sent to, `name` what is already known of the person."""
    told = _alert(refused) if refused else ""
    described = ' aria-describedby="problem" aria-invalid="true"' if refused else ""
    focus_name, focus_password = ("", " autofocus") if name else (" autofocus", "")
    return _page(
        f"{'Not logged on: ' if refused else ''}Log on to {tenant}",
        f"<h1>Log on to {escape(tenant)}</h1>\n"
        f"<p>The application <strong>{escape(client)}</strong> wants to know who you are.</p>\n{told}"
        f'<form method="post" action="{escape(action)}">\n'
        f'<input type="hidden" name="form_token" value="{escape(form_token)}">\n'
        '<label for="username">User name or mail address</label>\n'
        f'<input id="username" name="username" value="{escape(name)}" autocomplete="username" autocapitalize="none"'
        f' spellcheck="false" required{described}{focus_name}>\n'
        '<label for="password">Password</label>\n'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        f" required{described}{focus_password}>\n"
        '<button type="submit">Log on</button>\n'
        "</form>\n",
    )


def refusal_page(refused: Fault, request_id: str) -> str:
    """A refusal that the person has to read, because there is no application that could be told."""
    return _page(
        "Logging on is not possible",
        f"<h1>Logging on is not possible</h1>\n{_alert(refused)}"
        f"<p>Code: <code>{escape(refused.code)}</code><br>Request: <code>{escape(request_id)}</code></p>\n",
    )


def goodbye_page() -> str:
    """After a logout that leads nowhere."""
    return _page("Logged off", "<h1>You are logged off</h1>\n<p>You can close this page.</p>\n")


def _alert(refused: Fault) -> str:
    return f'<div role="alert" id="problem"><p>{escape(refused.sentence)}</p><p>{escape(refused.action)}</p></div>\n'


def _page(title: str, content: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{content}</main>\n</body>\n</html>\n"
    )
