"""Which fault a database error is: by the driver's error code, never by its text."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from landbridge.faults import Fault, fault

_CODES = {
    sqlite3.SQLITE_NOTADB: "store.not-a-database",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_READONLY: "store.read-only",
    sqlite3.SQLITE_BUSY: "store.busy",
    sqlite3.SQLITE_LOCKED: "store.busy",
}


def storage_fault(error: DBAPIError, place: str) -> Fault | None:
    """The fault that `error` at `place` (file or server) is; None when it is no trouble of the storage itself."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        primary = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if primary in _CODES:
            return fault(_CODES[primary], place=place)
        if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
            return fault("store.unavailable", place=place, reason=cause)
        return None
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return fault("store.unavailable", place=place, reason=cause)
    return None
