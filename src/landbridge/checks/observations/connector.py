"""What a connector says: about itself, about one of its mappings, about the backend behind it."""

from __future__ import annotations

from landbridge.checks.observations.fact import Fact
from landbridge.checks.observations.wording import counted


class ConnectorState(Fact, frozen=True, tag="connector-state"):
    """The connector at the moment of the check.

    compat_version     the release of the original that it behaves like
    time               its clock, seconds since the epoch
    issuers            how many issuers of user tokens it trusts; `disabled` names those that are switched off
    certificate_until  end of its system certificate, seconds since the epoch; 0: it has none
    """

    agent_version: str
    compat_version: str
    time: float
    issuers: int = 0
    disabled: tuple[str, ...] = ()
    certificate_until: float = 0.0

    @property
    def line(self) -> str:
        certificate = "has a system certificate" if self.certificate_until else "has no system certificate"
        like = f"behaves like {self.compat_version}"
        trusts = f"trusts {counted(self.issuers, 'issuer')} of user tokens"
        return f"release {self.agent_version} ({like}), {trusts}, {certificate}"


class MappingSeen(Fact, frozen=True, tag="mapping-seen"):
    """A mapping, and whether it lets a path pass.

    decision         code of the fault that traffic would get; empty: it passes
    rule             the enabled or disabled resource that comes nearest to the path; `position` is where they differ
    exact, enabled   of that resource
    differs_in_case  the path would pass in another letter case
    plain_passes     the path would pass if it were written plainly (without encoded slashes, doubled ones, parameters)
    """

    protocol: str
    authentication_mode: str
    path: str = ""
    decision: str = ""
    rule: str = ""
    position: int = -1
    exact: bool = False
    enabled: bool = True
    differs_in_case: bool = False
    plain_passes: bool = False

    @property
    def good(self) -> bool:
        return not self.decision

    @property
    def line(self) -> str:
        if not self.decision:
            return f"{self.protocol}, {self.path or 'it'} is exposed"
        nearest = f"; the nearest resource is {self.rule}" if self.rule else "; there is no resource"
        return f"{self.protocol}, {self.path} is not exposed ({self.decision}){nearest}"


class BackendConnected(Fact, frozen=True, tag="backend-connected"):
    """The connector's connection to the backend, made as for traffic.

    code              of the fault that traffic would get; empty: it is there
    verify_error      number that OpenSSL gives for a certificate that is not accepted (X509_V_ERR_*); 0: none
    tls               whether the mapping has TLS to the backend
    certificate_sent  whether the backend asked for the system certificate, and so got it
    """

    code: str = ""
    verify_error: int = 0
    tls: bool = False
    certificate_sent: bool = False
    milliseconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.code

    @property
    def ends(self) -> bool:
        return bool(self.code)

    @property
    def line(self) -> str:
        if self.code:
            number = f" (verify error {self.verify_error})" if self.verify_error else ""
            return f"no connection to the backend: {self.code}{number} after {self.milliseconds:g} ms"
        mutual = ", with the system certificate" if self.certificate_sent else ""
        return f"connected in {self.milliseconds:g} ms{', TLS' if self.tls else ''}{mutual}"


class BackendAnswered(Fact, frozen=True, tag="backend-answered"):
    """The backend's answer to the connector itself.

    code          of the fault that traffic would get; empty: it answered
    date          its clock, by the Date header (seconds since the epoch); 0: it did not say
    milliseconds  from the request to the first byte, or to the end of patience
    """

    code: str = ""
    status: int = 0
    server: str = ""
    date: float = 0.0
    milliseconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.code

    @property
    def ends(self) -> bool:
        return bool(self.code)

    @property
    def line(self) -> str:
        if self.code:
            return f"no answer: {self.code} after {self.milliseconds:g} ms"
        return f"answers with {self.status} after {self.milliseconds:g} ms"
