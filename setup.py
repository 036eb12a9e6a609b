"""The data path as an extension module, for those who ask for it (`make compiled`). The rest is in pyproject.toml.

Without LANDBRIDGE_COMPILE in the environment nothing is compiled and no compiler is needed: the same files are run by
the interpreter, and behave the same. docs/benchmarks.md says what compiling gives; tests/world/test_compiled.py builds
it and sends requests through it.
"""

from __future__ import annotations

import os

from setuptools import setup

DATA_PATH = """
    wire/budget wire/chunked wire/dispatch wire/errors wire/frames wire/http1 wire/mux wire/outbox wire/stream
    net/link relay/opening
    gateway/admission gateway/answer_head gateway/exchange gateway/http_door gateway/reading gateway/session
    gateway/stall
    connector/access connector/answer_head connector/backend connector/pool connector/request connector/route
    connector/serve connector/session
"""
"""Modules that run for each request. What others subclass (net/cork) or fill with surprises (messages) stays out."""

if os.environ.get("LANDBRIDGE_COMPILE"):
    from mypyc.build import mypycify

    files = [f"src/landbridge/{name}.py" for name in DATA_PATH.split()]
    setup(ext_modules=mypycify(["--config-file=pyproject.toml", "--follow-imports=silent", *files]))
else:
    setup()
