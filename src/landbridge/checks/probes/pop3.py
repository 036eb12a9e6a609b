"""POP3 (RFC 1939, RFC 2449), as far as a check speaks it. No mail is fetched or deleted."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.observations import MailboxSeen, Observation
from landbridge.checks.probe import Logon, Scene
from landbridge.checks.probes import sasl
from landbridge.checks.probes.lines import Broken, Lines
from landbridge.checks.probes.speech import Reply


class Pop3:
    """See `Speech`."""

    upgrade = "STLS"

    async def greeting(self, lines: Lines, patience: float) -> Reply:
        return _reply(await lines.line(patience))

    async def features(self, lines: Lines) -> tuple[str, ...]:
        if not (await _asked(lines, "CAPA")).accepted:
            return ("USER",)  # a server from before RFC 2449
        found = []
        while (line := await lines.line()) != ".":
            found.append(line.strip())
        return tuple(found)

    async def start_tls(self, lines: Lines) -> Reply:
        return await _asked(lines, "STLS")

    def mechanisms(self, features: Sequence[str]) -> Sequence[str]:
        upper = [one.upper() for one in features]
        found = [name for one in upper if one.startswith("SASL ") for name in one.split()[1:]]
        # "LOGIN" stands for USER and PASS here: the same two steps.
        return [name for name in found if name != "LOGIN"] + (["LOGIN"] if "USER" in upper else [])

    async def log_on(self, lines: Lines, mechanism: str, logon: Logon) -> Reply:
        if mechanism == "LOGIN":
            said = await _asked(lines, f"USER {logon.user}")
            return await _asked(lines, f"PASS {logon.password.reveal()}") if said.accepted else said
        await lines.say(f"AUTH {mechanism}")
        return _reply(await sasl.steps(lines, mechanism, "+ ", logon))

    async def look(self, lines: Lines, scene: Scene, logged_on: bool) -> Sequence[Observation]:
        """The number of mails."""
        if not logged_on:
            return []
        words = (await _asked(lines, "STAT")).text.split()
        count = words[1] if len(words) > 1 else ""
        return [MailboxSeen(messages=int(count))] if count.isascii() and count.isdigit() else []

    async def farewell(self, lines: Lines) -> None:
        await _asked(lines, "QUIT")


async def _asked(lines: Lines, command: str) -> Reply:
    await lines.say(command)
    return _reply(await lines.line())


def _reply(line: str) -> Reply:
    if not line.startswith(("+OK", "-ERR")):
        raise Broken("garbled")
    return Reply(line.startswith("+OK"), line[:300])
