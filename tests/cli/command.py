"""Runs a command in this process: the same code as `python -m landbridge`, without the second that a start takes."""

from __future__ import annotations

import contextlib
import io
from subprocess import CompletedProcess

import pytest

from landbridge.cli.main import run


def landbridge(*words: str, **environment: str) -> CompletedProcess[str]:
    """Run a command to its end; `environment` holds variables that it sees besides."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        for name, value in environment.items():
            patch.setenv(name, value)
        code = run(words)
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return CompletedProcess(["landbridge", *words], code, *texts)
