"""What the cloud side knows and sees on the way of a destination: itself, its tokens, connectors, the door's answer."""

from __future__ import annotations

import msgspec

from landbridge.checks.observations.fact import Fact
from landbridge.checks.observations.wording import location_id, moment


class DestinationSeen(Fact, frozen=True, tag="destination-seen"):
    """The destination that was looked up, or why there is none.

    code       of the fault with which it was not found; empty: it was
    url        without user, password and query
    header     names of the headers that it adds to requests
    location   location id of the connector, for OnPremise
    similar    names on the same levels that differ in letter case only, or little
    elsewhere  where a destination of that name is besides: "instance X", "subaccount Y"
    missing    certificates that it names, and that are not there
    deleted    when one of that name was deleted last (seconds since the epoch); 0: not known
    """

    name: str
    code: str = ""
    reason: str = ""
    type: str = ""
    proxy_type: str = ""
    authentication: str = ""
    url: str = ""
    headers: tuple[str, ...] = ()
    location: str = ""
    similar: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    deleted: float = 0.0

    @property
    def good(self) -> bool:
        return not self.code

    @property
    def line(self) -> str:
        if self.code:
            return f"{self.name}: {self.reason or self.code}"
        where = f", connector with {location_id(self.location)}" if self.proxy_type == "OnPremise" else ""
        return f"{self.type} {self.proxy_type} {self.authentication} {self.url}{where}"


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An attempt to create one destination: when (seconds since the epoch), by whom, and whether it was done."""

    name: str
    time: float
    by: str = ""
    done: bool = False


class NamesTaken(Fact, frozen=True, tag="names-taken"):
    """Names of destinations that somebody wants to create on the level of the subaccount.

    wanted    how many
    taken     those that are there already
    repeated  those that the file has more than once
    attempts  to create those that are there, as the audit records tell them: done, or refused for the name
    """

    wanted: int
    taken: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    @property
    def good(self) -> bool:
        return not self.taken and not self.repeated

    @property
    def line(self) -> str:
        said = [f"taken: {', '.join(self.taken)}"] if self.taken else []
        said += [f"more than once: {', '.join(self.repeated)}"] if self.repeated else []
        return f"{self.wanted} names, {'; '.join(said) or 'all of them free'}"


class EditorCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call behind the editor of destinations. `status` is 0 when there was no answer; `code` is our fault's."""

    what: str
    level: str
    status: int
    code: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the person may: the list came, or what was to be changed is not there."""
        return self.status in (200, 404)

    @property
    def is_change(self) -> bool:
        """Whether it changes something."""
        return self.what.startswith("changing")


class EditorSeen(Fact, frozen=True, tag="editor-seen"):
    """The calls that the editor of destinations makes for a person, and the roles that stand behind them.

    roles    of the person, with "@instance" for those of an instance
    calls    with the session's token if one was given, else with a fresh one
    changes  whether changing was tried as well, with the deletion of a name that does not exist
    session  whether one was given; then `fresh` holds the same calls with a fresh token
    """

    person: str
    roles: tuple[str, ...] = ()
    calls: tuple[EditorCall, ...] = ()
    changes: bool = False
    session: bool = False
    fresh: tuple[EditorCall, ...] = ()

    @property
    def good(self) -> bool:
        return all(one.allowed for one in self.calls)

    @property
    def line(self) -> str:
        said = ", ".join(f"{one.what} of the {one.level}: {one.status}" for one in self.calls)
        return f"{self.person} ({', '.join(self.roles) or 'no role'}): {said}"


class TokenRetrieved(Fact, frozen=True, tag="token-retrieved"):
    """A token that finding the destination brought, or the fault in its place (`authTokens[].error`).

    kind  empty: the destination needs no token
    """

    kind: str = ""
    code: str = ""
    reason: str = ""

    @property
    def good(self) -> bool:
        return not self.code

    @property
    def line(self) -> str:
        if self.code:
            return f"no token: {self.reason}"
        return f"a token of type {self.kind}" if self.kind else "the destination needs no token"


class ClaimsSeen(Fact, frozen=True, tag="claims-seen"):
    """The claims of a token that somebody gave to the check, unverified. Times are seconds since the epoch.

    purpose   proxy, user or service
    present   False: an empty text was given, so nothing is sent
    scheme    the word before the token; empty: there was none
    readable  it has the form of a JSON Web Token
    """

    purpose: str
    present: bool = True
    scheme: str = ""
    readable: bool = True
    issuer: str = ""
    client: str = ""
    audience: tuple[str, ...] = ()
    tenant: str = ""
    user: str = ""
    issued: float = 0.0
    begins: float = 0.0
    expires: float = 0.0
    is_identity_token: bool = False

    @property
    def line(self) -> str:
        if not self.present:
            return f"no {self.purpose} token is sent"
        if not self.readable:
            return f"what is sent as {self.purpose} token cannot be read"
        until = f", valid until {moment(self.expires)}" if self.expires else ""
        who = f" for {self.user}" if self.user else ""
        place = f"issuer {self.issuer}, tenant {self.tenant}"
        return f"{self.purpose} token of client '{self.client}'{who}, {place}{until}"


class Connected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A connector that is connected. `systems` are those that it exposes, as "PROTOCOL host:port".

    round_trip  milliseconds of its last ping
    quiet       for each of its connections, seconds since anything was heard
    """

    location: str
    connector: str
    agent_version: str
    compat_version: str
    since: float
    systems: tuple[str, ...] = ()
    connections: int = 1
    streams: int = 0
    round_trip: float = 0.0
    quiet: tuple[float, ...] = ()


class ConnectorsListed(Fact, frozen=True, tag="connectors-listed"):
    """Which connectors of the subaccount are connected, asked for one location id.

    elsewhere   subaccounts (that the asker may see) with a connected connector that exposes the host and port
    last_fault  code of what went wrong last with the connector of that location id, and when; 0: nothing is known
    left        seconds since then; -1: nothing is known
    waited      seconds that the check waited for its return; back_after: after which it was back, -1: it was not
    refused     connectors that were turned away, because another one has their location id
    """

    subaccount: str
    location: str
    subaccount_id: str = ""
    connected: tuple[Connected, ...] = ()
    elsewhere: tuple[str, ...] = ()
    last_fault: str = ""
    left: float = -1.0
    waited: float = 0.0
    back_after: float = -1.0
    refused: tuple[str, ...] = ()

    @property
    def ours(self) -> Connected | None:
        """The one with that location id."""
        return next((one for one in self.connected if one.location == self.location), None)

    @property
    def good(self) -> bool:
        return self.ours is not None

    @property
    def line(self) -> str:
        ours = self.ours
        if ours is not None:
            return f"a connector with {location_id(self.location)} is connected, release {ours.agent_version}"
        if not self.connected:
            return "no connector is connected"
        others = ", ".join(location_id(one.location) for one in self.connected)
        return f"no connector with {location_id(self.location)} is connected; there is one with {others}"


DECLINED = frozenset({"connector.probes-off", "connector.probes-unknown", "connector.probes-busy"})
"""Faults of a connector that answers no probes; its traffic may be as it should be."""


class ConnectorAsked(Fact, frozen=True, tag="connector-asked"):
    """What came of asking the connector to look.

    code   of the fault with which it, or the way to it, declined
    alone  nobody else looks: when it declines, nothing is known
    """

    code: str = ""
    reason: str = ""
    alone: bool = False
    milliseconds: float = 0.0

    @property
    def good(self) -> bool:
        """A connector that does not want to look, or cannot, does not stand in the way of traffic that is tried."""
        return not self.code or (self.code in DECLINED and not self.alone)

    @property
    def line(self) -> str:
        return self.reason if self.code else f"the connector looked ({self.milliseconds:g} ms)"


class DoorAnswered(Fact, frozen=True, tag="door-answered"):
    """The answer to a request as an application makes it, through the door.

    method        that led to this answer
    code, origin  of our own fault; empty: the answer is the backend's
    problem       "timeout" or "closed" when there was none
    sent          which identity went along: "", "user", "technical", "basic", "header"
    names_user    the body of a refusal names the user that was sent
    date          the backend's clock, by its Date header (seconds since the epoch)
    milliseconds  from the beginning of the request to the first byte of the answer
    """

    method: str
    status: int = 0
    code: str = ""
    origin: str = ""
    problem: str = ""
    sent: str = ""
    server: str = ""
    authenticate: str = ""
    location: str = ""
    retry_after: str = ""
    csrf: str = ""
    names_user: bool = False
    date: float = 0.0
    milliseconds: float = 0.0

    @property
    def good(self) -> bool:
        return bool(self.status) and not self.code

    @property
    def from_backend(self) -> bool:
        """Whether the answer is not ours."""
        return self.good

    @property
    def line(self) -> str:
        if self.problem:
            return f"{self.method} through the door: no answer ({self.problem}) after {self.milliseconds:g} ms"
        who = f"{self.code}, from the {self.origin}" if self.code else "from the backend"
        return f"{self.method} through the door: {self.status} {who} ({self.milliseconds:g} ms)"
