"""IMAP (RFC 3501), as far as a check speaks it. Nothing in the mailbox is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from landbridge.checks.observations import MailboxSeen, Observation
from landbridge.checks.probe import Logon, Scene
from landbridge.checks.probes import sasl
from landbridge.checks.probes.lines import Broken, Lines
from landbridge.checks.probes.speech import Reply

_COUNTS = re.compile(r"(MESSAGES|UNSEEN) (\d{1,10})")


class Imap:
    """See `Speech`."""

    upgrade = "STARTTLS"

    async def greeting(self, lines: Lines, patience: float) -> Reply:
        line = await lines.line(patience)
        if not line.startswith("* "):
            raise Broken("garbled")
        return Reply(line.upper().startswith(("* OK", "* PREAUTH")), line[:300])

    async def features(self, lines: Lines) -> tuple[str, ...]:
        _, data = await _command(lines, "CAPABILITY")
        words = [line.split()[2:] for line in data if line.upper().startswith("* CAPABILITY")]
        return tuple(word for some in words for word in some)

    async def start_tls(self, lines: Lines) -> Reply:
        return (await _command(lines, "STARTTLS"))[0]

    def mechanisms(self, features: Sequence[str]) -> Sequence[str]:
        upper = [one.upper() for one in features]
        found = [one[5:] for one in upper if one.startswith("AUTH=")]
        return found if "LOGINDISABLED" in upper else [*found, "LOGIN"]

    async def log_on(self, lines: Lines, mechanism: str, logon: Logon) -> Reply:
        if mechanism == "LOGIN":
            said, _ = await _command(lines, f"LOGIN {_quoted(logon.user)} {_quoted(logon.password.reveal())}")
            return said
        await lines.say(f"a AUTHENTICATE {mechanism}")
        line = await sasl.steps(lines, mechanism, "+", logon)
        return (await _until_tagged(lines, line))[0]

    async def look(self, lines: Lines, scene: Scene, logged_on: bool) -> Sequence[Observation]:
        """Folders, and the mails in the inbox."""
        if not logged_on:
            return []
        _, folders = await _command(lines, 'LIST "" "*"')
        _, data = await _command(lines, "STATUS INBOX (MESSAGES UNSEEN)")
        counts = {name: int(number) for line in data for name, number in _COUNTS.findall(line.upper())}
        listed = sum(1 for line in folders if line.upper().startswith("* LIST"))
        return [MailboxSeen(messages=counts.get("MESSAGES", -1), unseen=counts.get("UNSEEN", -1), folders=listed)]

    async def farewell(self, lines: Lines) -> None:
        await _command(lines, "LOGOUT")


def _quoted(text: str) -> str:
    """A string of RFC 3501 §4.3. Raises `Broken` for what would have to be a literal."""
    if not text.isprintable():
        raise Broken("garbled")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def _command(lines: Lines, command: str) -> tuple[Reply, list[str]]:
    """The tagged reply, and the lines before it. One tag is enough: commands never overlap."""
    await lines.say(f"a {command}")
    return await _until_tagged(lines, await lines.line())


async def _until_tagged(lines: Lines, line: str) -> tuple[Reply, list[str]]:
    data = []
    while line.startswith("* "):
        data.append(line)
        line = await lines.line()
    if not line.startswith("a "):
        raise Broken("garbled")
    return Reply(line.upper().startswith("A OK"), line[2:300]), data
