"""The passwords that tests of one process have used: hashing one takes a tenth of a second, and each world has some."""

from __future__ import annotations

from landbridge.store import Passwords

KNOWN_PASSWORDS = Passwords()
