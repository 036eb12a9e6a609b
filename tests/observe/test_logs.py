"""Logging: one line per event, as text or JSON, redacted, on the stream it was given."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from landbridge.observe.logs import LogFormat, LogLevel, configure

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def configured(form: LogFormat = LogFormat.JSON, level: LogLevel = LogLevel.INFO) -> io.StringIO:
    stream = io.StringIO()
    configure(form, level, stream)
    return stream


def test_fields_of_the_standard_library_become_fields_of_the_object() -> None:
    stream = configured()
    logging.getLogger("landbridge.test").info("connector %s connected", "office", extra={"subaccount": "acme"})
    event = json.loads(stream.getvalue())
    assert event["event"] == "connector office connected"
    assert (event["subaccount"], event["logger"], event["level"]) == ("acme", "landbridge.test", "info")
    assert event["timestamp"].endswith("Z")


def test_structlog_ends_in_the_same_place() -> None:
    stream = configured()
    structlog.get_logger("landbridge.test").warning("odd", count=3)
    assert json.loads(stream.getvalue())["count"] == 3


@pytest.mark.parametrize("form", list(LogFormat))
def test_secrets_do_not_reach_the_stream(form: LogFormat) -> None:
    stream = configured(form)
    logger = logging.getLogger("landbridge.test")
    logger.warning("token %s", TOKEN, extra={"password": "hush", "nested": {"authorization": "hush"}})
    try:
        raise ValueError(f"bad token {TOKEN}")
    except ValueError:
        logger.exception("failed")
    assert "c2lnbmF0dXJl" not in stream.getvalue()
    assert "hush" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_less_important_events_are_left_out() -> None:
    stream = configured(level=LogLevel.WARNING)
    logging.getLogger("landbridge.test").info("fine")
    assert stream.getvalue() == ""


def test_configuring_again_replaces_the_first() -> None:
    first, second = configured(), configured()
    logging.getLogger("landbridge.test").info("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("\n") == 1
