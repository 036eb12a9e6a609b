"""Setting up mail servers, and the probe that looks at them."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from landbridge.lab.pki import Pair, leaf, root
from landbridge.lab.scenario import Stage, Staged
from landbridge.lab.servers.blocking import server_context
from landbridge.lab.servers.mail import PASSWORD, USER, SmtpHabits, smtp

TIMEOUT = ("--timeout", "4")


@dataclass(frozen=True, slots=True)
class Trusted:
    """A server's TLS, and a file with what the one who looks trusts."""

    context: ssl.SSLContext
    file: Path

    @property
    def options(self) -> tuple[str, ...]:
        return ("--trust", str(self.file))


def trusted(folder: Path, pair: Pair | None = None, top: Pair | None = None) -> Trusted:
    """TLS of a server as it should be, unless another certificate or authority is given."""
    top = top or root("Lab Root")
    file = folder / "trusted.pem"
    file.write_text(top.pem)
    return Trusted(server_context(pair or leaf(top), folder), file)


def login(folder: Path, user: str = USER, password: str = PASSWORD) -> tuple[str, ...]:
    """Options of somebody who logs on."""
    file = folder / "secret.txt"
    file.touch(mode=0o600)
    file.write_text(password)
    return ("--login", user, "--secret-file", str(file))


Made = Callable[[Path], tuple[SmtpHabits, tuple[str, ...]]]
"""How the server behaves, and the options of the one who looks."""


def stage(story: str, made: Made, scheme: str = "smtp") -> Stage:
    """A mail server that behaves so."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder, story, made, scheme)

    return staged


@asynccontextmanager
async def _staged(folder: Path, story: str, made: Made, scheme: str) -> AsyncIterator[Staged]:
    habits, options = made(folder)
    async with smtp(habits) as port:
        # The port itself stands for the other ones too: those of this machine are nobody's business.
        beside = ("--beside", str(port))
        yield Staged(("probe", "smtp", f"{scheme}://localhost:{port}", *beside, *options, *TIMEOUT), story)
