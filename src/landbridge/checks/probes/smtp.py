"""SMTP (RFC 5321), as far as a check speaks it. No mail is ever sent."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.observations import AddressAsked, Observation
from landbridge.checks.probe import Logon, Scene
from landbridge.checks.probes import sasl
from landbridge.checks.probes.lines import Broken, Lines
from landbridge.checks.probes.speech import Reply

_MOST = 100
"""Lines of one reply."""


class Smtp:
    """See `Speech`."""

    upgrade = "STARTTLS"

    async def greeting(self, lines: Lines, patience: float) -> Reply:
        return await reply(lines, await lines.line(patience))

    async def features(self, lines: Lines) -> tuple[str, ...]:
        await lines.say(f"EHLO {lines.me}")
        first = await lines.line()
        texts = await _texts(lines, first)
        if first.startswith("2"):
            return tuple(text.strip() for text in texts[1:])
        await lines.say(f"HELO {lines.me}")
        await reply(lines, await lines.line())
        return ()

    async def start_tls(self, lines: Lines) -> Reply:
        return await _asked(lines, "STARTTLS")

    def mechanisms(self, features: Sequence[str]) -> Sequence[str]:
        lists = [one.replace("=", " ").split()[1:] for one in features if one.upper().startswith("AUTH")]
        return [name for one in lists for name in one]

    async def log_on(self, lines: Lines, mechanism: str, logon: Logon) -> Reply:
        await lines.say(f"AUTH {mechanism}")
        return await reply(lines, await sasl.steps(lines, mechanism, "334", logon))

    async def look(self, lines: Lines, scene: Scene, logged_on: bool) -> Sequence[Observation]:
        """Whether sender and recipient are taken. The mail is taken back before it begins."""
        wish, seen = scene.target.conversation, list[Observation]()
        asked = [("sender", f"MAIL FROM:<{wish.sender}>"), ("recipient", f"RCPT TO:<{wish.recipient}>")]
        for role, command in asked if wish.sender else ():
            if role == "recipient" and not wish.recipient:
                continue
            said = await _asked(lines, command)
            fact = AddressAsked(role=role, accepted=said.accepted, code=said.code, text=said.text, logged_on=logged_on)
            seen.append(fact)
            if not said.accepted:
                break
        if seen:
            await _asked(lines, "RSET")
        return seen

    async def farewell(self, lines: Lines) -> None:
        await _asked(lines, "QUIT")


async def _asked(lines: Lines, command: str) -> Reply:
    await lines.say(command)
    return await reply(lines, await lines.line())


async def reply(lines: Lines, first: str) -> Reply:
    """A whole reply that begins with that line. Raises `Broken`."""
    texts = await _texts(lines, first)
    return Reply(first.startswith("2"), f"{first[:3]} {texts[0]}"[:300], int(first[:3]))


async def _texts(lines: Lines, first: str) -> list[str]:
    """The texts of a reply; all its lines but the last have a hyphen after the code (RFC 5321 §4.2.1)."""
    texts = list[str]()
    line = first
    while len(texts) < _MOST:
        if not (line[:3].isascii() and line[:3].isdigit() and line[3:4] in ("", " ", "-")):
            raise Broken("garbled")
        texts.append(line[4:])
        if line[3:4] != "-":
            return texts
        line = await lines.line()
    raise Broken("endless")
