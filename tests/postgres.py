"""A PostgreSQL server for tests: the system's binaries, a folder of its own, a socket that nobody else can reach.

It runs as an ordinary user, for PostgreSQL refuses to be root, and it dies with the process that started it.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools import require_tool

_FOR_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
"""The machine does not lose power during a test."""


def _binaries() -> Path | None:
    """Debian keeps them out of the PATH, a folder for each version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = versions[-1].as_posix() if versions else shutil.which("initdb")
    return Path(found).parent if found else None


_EMPTIED = """\
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. `folder` holds its data and its socket; `free` are databases that are empty again."""

    folder: Path
    binaries: Path
    free: list[str] = field(default_factory=list)

    @contextmanager
    def database(self, script: str = "") -> Iterator[str]:
        """The URL of a database that is the caller's alone: empty, or as a script makes it.

        Its locale is one that does not order by bytes.
        """
        name = self.free.pop() if self.free else self._new_database()
        if script:
            self.sql(f"BEGIN;\n{script}\nCOMMIT;", name)
        yield self.url(name)
        self.sql(_EMPTIED, name)  # to make a new one takes ten times as long
        self.free.append(name)

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://landbridge@/{database}?host={self.folder}"

    def _new_database(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' LOCALE 'C'")
        return name

    def sql(self, script: str, database: str = "postgres") -> str:
        """What the statements of a script, or of an SQL dump, print."""
        words = [*self._connected("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-", database]
        return subprocess.run(words, input=script, check=True, capture_output=True, text=True).stdout

    def dump(self, database: str) -> str:
        """A script that makes the database from an empty one."""
        words = [*self._connected("pg_dump"), "--no-owner", "--inserts", database]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def _connected(self, program: str) -> list[str | Path]:
        return [self.binaries / program, "-h", self.folder, "-U", "landbridge"]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Skips the test, with the reason, where the system has no PostgreSQL."""
    binaries = _binaries()
    require_tool("PostgreSQL (initdb)", binaries is not None)
    require_tool("setpriv", shutil.which("setpriv") is not None)
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="lbpg-"))
    try:
        if os.getuid() == 0:
            account = pwd.getpwnam("nobody")
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        init = ["-D", data, "-U", "landbridge", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*_as_ordinary_user(), binaries / "initdb", *init], check=True, capture_output=True, cwd=folder)
        options = [word for setting in _FOR_SPEED for word in ("-c", setting)]
        listening = ["-k", folder, "-c", "listen_addresses="]
        with subprocess.Popen(
            [*_as_ordinary_user(), binaries / "postgres", "-D", data, *listening, *options],
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                reading = _wait_until_ready(server)
                yield Postgres(folder, binaries)
            finally:
                server.send_signal(signal.SIGQUIT)  # at once, without saying goodbye to anybody
                server.wait()
                reading.join()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_ordinary_user() -> list[str]:
    """PostgreSQL must not be root, and must not outlive us."""
    user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig", "QUIT", "--"]


def _wait_until_ready(server: subprocess.Popen[str]) -> threading.Thread:
    """Read its log up to the line that says so; the rest is read by a thread, lest the server blocks on a full pipe."""
    assert server.stderr is not None
    log = []
    for line in server.stderr:
        log.append(line)
        if "ready to accept connections" in line:
            reading = threading.Thread(target=server.stderr.read, daemon=True)
            reading.start()
            return reading
    raise RuntimeError("PostgreSQL did not start:\n" + "".join(log))
