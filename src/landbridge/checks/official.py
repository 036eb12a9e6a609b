"""How the original reads the status of a checked target (failure-catalogue §5).

Its two pages grade differently: one takes every status below 500 as success, the other sorts in three classes. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Advice(StrEnum):
    """The three classes of a status, and what the original says to each."""

    OK = "ok"
    """200 to 399."""
    VERIFY = "verify-url-or-authentication"
    """400 to 499: the target is there; check the complete URL and the logon."""
    SERVER_ERROR = "server-error"
    """500 and above: the connection cannot be established; ask the owner of the target."""


@dataclass(frozen=True, slots=True)
class OfficialReading:
    """What the original says to a status.

    success  the verdict of its check: reachable
    """

    status: int
    success: bool
    advice: Advice


def is_success(status: int) -> bool:
    """Whether the original's check is green: any HTTP status below 500, so also 401 and 404. 0: no answer."""
    return 0 < status < 500


def reading(status: int) -> OfficialReading:
    """The official reading of a status; 0 stands for no answer at all."""
    if 0 < status < 400:
        advice = Advice.OK
    elif 0 < status < 500:
        advice = Advice.VERIFY
    else:
        advice = Advice.SERVER_ERROR
    return OfficialReading(status, is_success(status), advice)
