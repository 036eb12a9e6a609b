"""A shell that is kept between commands, as a reader of the README keeps one."""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Self


class Shell:
    """`run` gives the output of one command; programs in the background end with the shell."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._talk = folder / ".shell-talk"
        with self._talk.open("w") as talk:
            self._bash = subprocess.Popen(
                ["bash", "--noprofile", "--norc"],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=talk,
                text=True,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._bash.stdin
        assert self._bash.stdout
        os.killpg(self._bash.pid, signal.SIGTERM)
        self._bash.stdin.close()
        try:
            self._bash.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._bash.pid, signal.SIGKILL)
            self._bash.wait()
        self._bash.stdout.close()

    def run(self, command: str) -> str:
        """What the command writes to stdout. Programs in the background write into the log of `talk`."""
        assert self._bash.stdin
        assert self._bash.stdout
        end = f"end-{uuid.uuid4()}"
        quiet = f"{command.removesuffix('&')} 1>&2 &" if command.endswith("&") else command
        self._bash.stdin.write(f"{quiet}\necho {end}\n")
        self._bash.stdin.flush()
        lines = []
        for line in self._bash.stdout:
            if line.strip() == end:
                break
            lines.append(line)
        return "".join(lines)

    def talk(self) -> str:
        """What all commands said to stderr."""
        return self._talk.read_text(encoding="utf-8", errors="replace")
