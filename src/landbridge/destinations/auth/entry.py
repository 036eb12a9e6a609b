"""The entries of `authTokens` (destination-service §3.7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from landbridge.faults import Fault

_PREFIX = "Retrieval of OAuthToken failed due to: "
"""How texts of the original begin."""


@dataclass(frozen=True, slots=True)
class AuthToken:
    """A token, ready to be sent. `expires_in` is text, as clients read it; None where there is nothing to say.

    key  under which the token cache keeps it; None for one that it does not keep
    """

    type: str
    value: str = field(repr=False)
    expires_in: str | None = None
    scope: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    issued_token_type: str | None = None
    header: str = "Authorization"
    key: bytes | None = field(default=None, repr=False, compare=False)

    def as_json(self) -> dict[str, object]:
        """Keys without a value are left out: a client takes even an empty `error` for a failure."""
        optional = {
            "expires_in": self.expires_in,
            "scope": self.scope,
            "refresh_token": self.refresh_token,
            "issued_token_type": self.issued_token_type,
        }
        return {
            "type": self.type,
            "value": self.value,
            **{key: value for key, value in optional.items() if value is not None},
            "http_header": {"key": self.header, "value": f"{self.type} {self.value}"},
        }


@dataclass(frozen=True, slots=True)
class FailedToken:
    """A token that could not be had. Without `http_header`: an empty one crashes a known client."""

    fault: Fault
    oauth: bool = True

    def as_json(self) -> dict[str, object]:
        return {
            "type": "",
            "value": "",
            "expires_in": "",
            "error": self.text,
            "code": self.fault.code,
            "action": self.fault.action,
        }

    @property
    def text(self) -> str:
        """The original's words where they are known; else sentence, action and code, for clients show only this."""
        prefix = _PREFIX if self.oauth else ""
        if self.fault.kind.body:
            return prefix + self.fault.body
        return f"{prefix}{self.fault.sentence} {self.fault.action} [{self.fault.code}]"
