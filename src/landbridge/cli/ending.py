"""How a command ends: the one place where an error becomes words on stderr and an exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable

from typer import Abort, Exit, TyperException

from landbridge.faults import Fault, FaultError, fault

INTERRUPTED = 130


def ended(command: Callable[[], object], as_json: bool) -> int:
    """Run `command` and return its exit code. `as_json`: a fault is written as JSON.

    An error without a name is a mistake of ours: it is reported as `platform.crashed`, with the traceback only when
    LANDBRIDGE_DEBUG=1 is set.
    """
    try:
        result = command()
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except FaultError as error:
        return _failed(getattr(error, "faults", (error.fault,)), as_json)
    except Exit as error:
        return error.exit_code
    except TyperException as error:
        return _misused(error, as_json)
    except (Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`landbridge ... | head`): not an error, and nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the last place that can give it a name
        return _crashed(error, as_json)


def _misused(error: TyperException, as_json: bool) -> int:
    """A command line that cannot be understood; a group without a command shows its help."""
    context = getattr(error, "ctx", None)
    if context is not None and error.message == context.get_help():
        sys.stderr.write(error.message + "\n")
        return error.exit_code
    problem = " ".join(error.format_message().split()).rstrip(".")
    command = context.command_path if context is not None else "landbridge"
    return _failed((fault("platform.usage", problem=problem, command=command),), as_json)


def _crashed(error: Exception, as_json: bool) -> int:
    if os.environ.get("LANDBRIDGE_DEBUG") == "1":
        traceback.print_exc()
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _failed((fault("platform.crashed", error=" ".join(text.split())),), as_json)


def _failed(faults: tuple[Fault, ...], as_json: bool) -> int:
    for occurrence in faults:
        sys.stderr.write(_as_json(occurrence) if as_json else _as_text(occurrence))
    return faults[0].kind.exit


def _as_text(occurrence: Fault) -> str:
    return f"error: {occurrence.sentence}\n  code: {occurrence.code}\n  do: {occurrence.action}\n"


def _as_json(occurrence: Fault) -> str:
    fields = {
        "code": occurrence.code,
        "origin": occurrence.kind.origin.value,
        "message": occurrence.sentence,
        "action": occurrence.action,
        "exit": occurrence.kind.exit,
    }
    return json.dumps({"error": fields}, ensure_ascii=False) + "\n"
