"""Sets logging up once for a program: one line per event on stderr, as text or as JSON, redacted.

Code logs through the standard library (`logging.getLogger(__name__)`, fields in `extra`) or through structlog; both end
here, so a library's own messages are redacted too.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

from landbridge.observe.redact import redact, redact_text

if TYPE_CHECKING:
    from structlog.typing import Processor


class LogFormat(StrEnum):
    """`text` for people, `json` for collectors: one object per line."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important level that is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def configure(form: LogFormat = LogFormat.TEXT, level: LogLevel = LogLevel.INFO, stream: TextIO | None = None) -> None:
    """Send all logs to `stream` (stderr by default). A second call replaces the first.

    structlog is imported here, not with the module: commands that do not log do not pay for it.
    """
    import structlog

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last(form, handler.stream))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # They repeat what we log ourselves at the level at which we would want to read it, or speak of their own inside.
    for chatty in ("aiosqlite", "uvicorn.error", "httpx", "httpcore", "asyncio", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _last(form: LogFormat, stream: TextIO) -> list[Processor]:
    import structlog

    tail: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redact_fields]
    if form is LogFormat.JSON:
        tail += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    else:
        plain = structlog.dev.plain_traceback
        tail.append(structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain, sort_keys=False))
    return [*tail, _redact_line]


def _redact_fields(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key == "exc_info" else redact(value, key) for key, value in event.items()}


def _redact_line(_: Any, __: str, line: Any) -> Any:
    """The last net: tracebacks and `repr`s are text only now."""
    return redact_text(line) if isinstance(line, str) else line
