"""A conversation in lines, as SMTP, IMAP and POP3 hold it. Every wait ends, and so does every line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol

from landbridge.model.secret import Secret

LONGEST_LINE = 4096
"""Bytes of a line; RFC 5321 §4.5.3.1.5 allows 512, IMAP servers send longer ones."""
MOST_LINES = 1000
_READ = 16_384


class Channel(Protocol):
    """Carries bytes both ways, in plain text or under TLS."""

    async def send(self, data: bytes) -> None:
        """Raises `OSError`."""
        ...

    async def receive(self) -> bytes:
        """Empty at the end. Raises `OSError`."""
        ...


@dataclass(frozen=True, slots=True)
class PlainLink:
    """A connected, non-blocking socket as it is."""

    connection: Any

    async def send(self, data: bytes) -> None:
        """Say something. Raises `OSError`."""
        await asyncio.get_running_loop().sock_sendall(self.connection, data)

    async def receive(self) -> bytes:
        """What comes next; empty at the end. Raises `OSError`."""
        return await asyncio.get_running_loop().sock_recv(self.connection, _READ)


class Broken(Exception):
    """The conversation is over. `problem` is one of `TalkEnded`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Lines:
    """Both ends of a conversation.

    channel  what carries it; replaced when TLS begins
    stage    what is waited for now, for the evidence
    me       how we introduce ourselves: our address, as RFC 5321 §4.1.3 writes it
    secrets  that were said; they are taken out of what the server answers
    last     the line that came last
    """

    def __init__(self, channel: Channel, seconds: float, me: str = "[127.0.0.1]", secrets: tuple[Secret, ...] = ()):
        self.channel = channel
        self.stage = "greeting"
        self.me = me
        self.secured = False
        self.last = ""
        self._secrets = [secret.reveal() for secret in secrets if secret.reveal()]
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + seconds
        self._buffer = b""
        self._count = 0

    async def line(self, patience: float = 0.0) -> str:
        """The next line, without its end. `patience`: seconds, where less than the whole time is enough.

        Raises `Broken`.
        """
        self._count += 1
        if self._count > MOST_LINES:
            raise Broken("endless")
        deadline = min(self._deadline, self._loop.time() + patience) if patience else self._deadline
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                self.last = self._shown(self._buffer.decode("utf-8", "replace"))
                raise Broken("garbled")
            self._buffer += await self._more(deadline)
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.last = self._shown(line.rstrip(b"\r").decode("utf-8", "replace"))
        if len(line) > LONGEST_LINE:
            raise Broken("garbled")
        return self.last

    async def say(self, text: str) -> None:
        """Send a line. Raises `Broken`, and `ValueError` for a text that would be two lines."""
        if not text.isprintable():
            raise ValueError("there are control characters in what should be said")
        try:
            async with asyncio.timeout_at(self._deadline):
                await self.channel.send(text.encode() + b"\r\n")
        except TimeoutError:
            raise Broken("silent") from None
        except OSError:
            raise Broken("reset") from None

    def renew(self, channel: Channel) -> None:
        """Go on under TLS. What came before it in plain text would be somebody else's: raises `Broken`."""
        if self._buffer:
            raise Broken("unsafe")
        self.channel, self.secured = channel, True

    async def _more(self, deadline: float) -> bytes:
        try:
            async with asyncio.timeout_at(deadline):
                data = await self.channel.receive()
        except TimeoutError:
            raise Broken("silent") from None
        except OSError:
            raise Broken("reset") from None
        if not data:
            raise Broken("closed")
        return data

    def _shown(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text if text.isprintable() else "".join(one if one.isprintable() else "?" for one in text)
