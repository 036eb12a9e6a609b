"""What stands behind HTTP: token services, OData and SOAP, as far as an answer tells."""

from __future__ import annotations

import msgspec

from landbridge.checks.observations.fact import Fact


class TokenAnswered(Fact, frozen=True, tag="token-answered"):
    """What a token service said to a request for a token. The token itself is not in it.

    style       how the client was named: header, body, certificate; none: not at all
    is_json     whether the answer is a JSON object
    error       as RFC 6749 §5.2 names it; `description` in the words of the service
    has_token   whether there is an access token; `expires_in` in seconds, -1: it does not say
    header, claims  of a token that is a JWT: what names algorithm, issuer, audience, client, times and scopes
    """

    style: str
    status: int
    is_json: bool = False
    error: str = ""
    description: str = ""
    has_token: bool = False
    token_type: str = ""
    expires_in: int = -1
    scope: str = ""
    header: dict[str, str] = msgspec.field(default_factory=dict)
    claims: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.has_token

    @property
    def line(self) -> str:
        if self.has_token:
            lives = f", {self.expires_in} s" if self.expires_in >= 0 else ", it does not say for how long"
            kind = f"a {self.token_type} token" if self.token_type else "a token without a type"
            return f"{kind}{lives} ({self.named})"
        said = self.error or ("JSON without a token" if self.is_json else "no JSON")
        return f"{self.status}, {said} ({self.named})"

    @property
    def named(self) -> str:
        """How the client was named, in words."""
        return {"certificate": "client with a certificate", "none": "no client"}.get(
            self.style, f"client in the {self.style}"
        )


class ODataDescribed(Fact, frozen=True, tag="odata-described"):
    """What an answer is, seen as OData.

    part     "service" or "metadata"
    form     json, atom, edmx; empty: it is none of OData
    version  V2 or V4; empty: it does not tell
    cut      whether it ends before its end
    """

    part: str
    form: str = ""
    version: str = ""
    content_type: str = ""
    cut: bool = False

    @property
    def good(self) -> bool:
        return bool(self.form) and not self.cut

    @property
    def line(self) -> str:
        if self.cut:
            return f"the {self.part} document breaks off before its end"
        if not self.form:
            return f"the {self.part} document is not OData, but {self.content_type or 'content without a type'}"
        return f"the {self.part} document is OData {self.version} ({self.form})".replace("  ", " ")


class SoapDescribed(Fact, frozen=True, tag="soap-described"):
    """What an answer is, seen as SOAP.

    form   wsdl, envelope, fault; empty: it is none of SOAP
    fault  code of the fault
    """

    part: str
    form: str = ""
    fault: str = ""
    content_type: str = ""

    @property
    def good(self) -> bool:
        return bool(self.form)

    @property
    def line(self) -> str:
        said = {
            "wsdl": "a service description",
            "envelope": "an answer of SOAP",
            "fault": f"a fault of SOAP ({self.fault or 'without a code'}), so something there speaks it",
        }.get(self.form, f"nothing of SOAP, but {self.content_type or 'content without a type'}")
        return f"{self.part}: {said}"
