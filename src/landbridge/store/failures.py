"""Which fault a database error is: by the driver's error code, never by its text."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from landbridge.faults import Fault, fault

_SQLITE = {
    sqlite3.SQLITE_NOTADB: "store.not-a-database",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_READONLY: "store.read-only",
    sqlite3.SQLITE_BUSY: "store.busy",
    sqlite3.SQLITE_LOCKED: "store.busy",
}

_POSTGRESQL = {
    "25006": "store.read-only",  # read_only_sql_transaction
    "42501": "store.read-only",  # insufficient_privilege
    "53100": "store.full",  # disk_full
    "53300": "store.busy",  # too_many_connections
    "55P03": "store.busy",  # lock_not_available
    "40001": "store.busy",  # serialization_failure
    "40P01": "store.busy",  # deadlock_detected
    "XX001": "store.damaged",  # data_corrupted
    "XX002": "store.damaged",  # index_corrupted
}

_NUL_IN_TEXT = ("22021", "22P05")
"""PostgreSQL keeps no NUL in texts: character_not_in_repertoire, untranslatable_character."""

_UNREACHABLE = ("08", "28", "3D", "57", "58")
"""Classes of SQLSTATE: connection, authorisation, no such database, shut down, trouble of its system."""


def storage_fault(error: DBAPIError, place: str) -> Fault | None:
    """The fault that `error` at `place` (file or server) is; None when it is no trouble of the storage itself."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, place)
    state = getattr(cause, "sqlstate", None) or ""
    if state in _POSTGRESQL:
        return fault(_POSTGRESQL[state], place=place)
    if state in _NUL_IN_TEXT or _is_no_unicode(cause):
        return fault("store.text-unusable")
    if isinstance(error, OperationalError) or error.connection_invalidated or state.startswith(_UNREACHABLE):
        return fault("store.unavailable", place=place, reason=cause)
    return None


def _is_no_unicode(cause: BaseException | None) -> bool:
    """Whether the driver could not encode a text; asyncpg tells so by its cause alone."""
    while cause is not None:
        if isinstance(cause, UnicodeEncodeError):
            return True
        cause = cause.__cause__
    return False


def _of_sqlite(cause: sqlite3.Error, place: str) -> Fault | None:
    primary = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if primary in _SQLITE:
        return fault(_SQLITE[primary], place=place)
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        return fault("store.unavailable", place=place, reason=cause)
    return None
