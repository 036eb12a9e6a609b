"""The Connectivity service: between application and backend, through the connector."""

from dataclasses import replace

from landbridge.checks.catalogue.failure import Cause, Failure, Side
from landbridge.checks.catalogue.outbound_http import HTTP_403_ONPREM, HTTP_503

CONN_503 = Failure(
    "conn.503",
    Side.OUTBOUND,
    meaning="No connector serves the requested subaccount and location id.",
    symptoms=(
        ("503 with: There is no SAP Cloud Connector (SCC) connected to your subaccount matching the requested tunnel"),
        "No tunnels subscribed for tunnelId",
        "SOCKS reply 3",
    ),
    references=(
        "Consuming the Connectivity Service",
        "connectivity proxy: troubleshooting",
    ),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge status",
        "landbridge destination show NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        replace(HTTP_503.cause("no-connector"), id="not-connected"),
        *HTTP_503.pick("wrong-location", "token-other-subaccount", "reconnect-window"),
    ),
)

CONN_502 = Failure(
    "conn.502",
    Side.OUTBOUND,
    meaning="The connector cannot get an answer from the backend.",
    symptoms=(
        "502 Bad Gateway with: Unable to open connection to backend system",
        "Principal propagation forbidden for user ... not mutually authenticated",
        "SOCKS reply 4 or 1",
    ),
    references=(
        "Consuming the Connectivity Service",
        "SAP note 3752819",
        "SAP note 2768622",
    ),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge connector check",
        "landbridge status",
    ),
    causes=(
        Cause(
            "backend-down",
            what="Nothing listens on the internal host and port.",
            tell="The connection is refused at once, seen from the connector.",
            action="Start the backend, or correct the internal address.",
            reproduce="A closed port.",
        ),
        Cause(
            "on-premise-firewall",
            what="The connector's way to the backend is blocked or missing.",
            tell="Timeout or no route, seen from the connector, while other hosts answer.",
            action="Open the firewall between connector and backend.",
            reproduce="A listener whose backlog is full.",
        ),
        Cause(
            "internal-dns",
            what="The internal host has no address in the connector's network.",
            tell="Resolve it on the connector's machine.",
            action="Correct the internal host or the name service there.",
            reproduce="An unknown name.",
        ),
        Cause(
            "tls",
            what="The connector does not trust the backend, or they agree on no TLS.",
            tell="Look at the chain that the backend shows to the connector.",
            action="Add the backend's authority to the connector's trust store.",
            reproduce="A self-signed backend.",
        ),
        Cause(
            "wrong-protocol",
            what="TLS is spoken to a plain port, or plain HTTP to a TLS port.",
            tell="The first bytes of the backend are not those of the expected protocol.",
            action="Correct protocol or port of the mapping.",
            reproduce="A plain port mapped as HTTPS.",
        ),
        Cause(
            "closed-early",
            what="The backend closes before its answer is complete.",
            tell="Bytes arrived, the end is missing.",
            action="Read the backend's log at that time.",
            reproduce="A backend that closes.",
        ),
        Cause(
            "not-mutual",
            what="The user may not be shown, because the backend does not ask the connector for a certificate.",
            tell="The handshake has no request for a certificate.",
            action="Let the backend request client certificates, or choose another principal type.",
            reproduce="A backend without such a request.",
        ),
    ),
)

CONN_401 = Failure(
    "conn.401",
    Side.OUTBOUND,
    meaning="The user could not be carried to the backend, or is not accepted there.",
    symptoms=(
        "401 from the backend, with WWW-Authenticate",
        "SSO token validation failed; Unable to generate authorization token for user",
        "Intermediary not trusted; client did not sent any cert (in the backend's trace)",
    ),
    references=(
        "Configuring Principal Propagation",
        "SAP note 3702022",
    ),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge trace --enable 100 --subaccount SUBACCOUNT",
        "landbridge trace REQUEST-ID",
    ),
    causes=(
        Cause(
            "trust-not-synchronised",
            what="The connector trusts no issuer, or not the one of this token.",
            tell="Compare the token's issuer with the connector's trust list.",
            action="Synchronise the connector's trust.",
            reproduce="An empty trust list.",
        ),
        Cause(
            "issuer-disabled",
            what="The issuer is in the trust list and switched off.",
            tell="Read the connector's list of issuers that it does not take.",
            action="Enable the issuer.",
            reproduce="Disable it.",
        ),
        Cause(
            "signature",
            what="The token's signature does not fit the issuer's keys.",
            tell="Compare key id and keys.",
            action="Get a fresh token, synchronise the keys.",
            reproduce="A token of another key.",
        ),
        Cause(
            "other-tenant",
            what="The token belongs to another tenant than the tunnel.",
            tell="Compare both ids.",
            action="Exchange the token for the right tenant.",
            reproduce="A token of a neighbour.",
        ),
        Cause(
            "token-malformed",
            what="What was sent as user token cannot be read.",
            tell="Count its parts.",
            action="Send the user's token unchanged.",
            reproduce="A cut token.",
        ),
        Cause(
            "token-expired",
            what="The user token, or the certificate made from it, is too old.",
            tell="Compare its end with the connector's clock.",
            action="Get a fresh user token, set the clock.",
            reproduce="A token of yesterday.",
        ),
        Cause(
            "token-missing",
            what="No user token was sent.",
            tell="SAP-Connectivity-Authentication is not in the request.",
            action="Send the user's token with the request.",
            reproduce="A call without it.",
        ),
        Cause(
            "subject-pattern",
            what="The subject cannot be filled, or names nobody the backend knows.",
            tell="Look at the generated subject and the backend's rules.",
            action="Correct the subject pattern or the backend's rule.",
            reproduce="A pattern with another claim.",
        ),
        Cause(
            "no-authority",
            what="The connector has no authority to issue users' certificates, or one that has ended.",
            tell="Read its state of propagation, and until when the authority's certificate holds.",
            action="Give the connector an authority.",
            reproduce="An authority that has ended.",
        ),
        Cause(
            "certificate-expired",
            what="The short-lived certificate was too old on arrival, or clocks differ.",
            tell="Compare the clocks of connector and backend.",
            action="Set the clocks, or give the certificate more minutes.",
            reproduce="A shifted clock.",
        ),
        Cause(
            "system-certificate-untrusted",
            what="The backend does not trust the connector as intermediary.",
            tell="The backend's trace says so.",
            action="Enter the connector's certificate and its issuer in the backend.",
            reproduce="An unknown authority.",
        ),
        Cause(
            "certificate-other-host",
            what="The backend's certificate does not cover the host of the mapping, so no user is shown to it.",
            tell="Compare the names in it with the internal host.",
            action="Issue it for that host.",
            reproduce="Another name.",
        ),
        Cause(
            "backend-user-locked",
            what="The backend knows the user, who is locked or lacks rights.",
            tell="The backend's answer names the user.",
            action="Unlock the user in the backend.",
            reproduce="A locked user.",
        ),
        Cause(
            "authorization-header-too",
            what="Another logon is sent next to the user's identity.",
            tell="Both headers are on the wire.",
            action="Remove the Authorization header.",
            reproduce="A fixed logon.",
        ),
        Cause(
            "technical-user-unsupported",
            what="The connector is too old for technical users.",
            tell="Compare its version with 2.15.",
            action="Update the connector.",
            reproduce="An old version.",
        ),
    ),
)

CONN_403 = Failure(
    "conn.403",
    Side.OUTBOUND,
    meaning="The connector does not expose the system or the resource.",
    symptoms=(
        "Access denied to system ...; Access denied to resource ...",
        "SOCKS reply 2",
    ),
    references=("Configure Access Control (HTTP)",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge check NAME --subaccount SUBACCOUNT --websocket",
        "landbridge status",
        "landbridge connector check",
    ),
    causes=(
        replace(HTTP_403_ONPREM.cause("host-not-mapped"), id="system-missing"),
        replace(HTTP_403_ONPREM.cause("path-not-exposed"), id="resource-missing"),
        *HTTP_403_ONPREM.pick("path-only", "resource-inactive", "duplicate-location"),
        Cause(
            "websocket-flag",
            what="The resource does not allow an upgrade to WebSocket.",
            tell="Plain requests pass, those with Upgrade do not.",
            action="Allow WebSocket upgrades on the resource.",
            reproduce="An upgrade without the flag.",
        ),
    ),
)

CONN_407 = Failure(
    "conn.407",
    Side.OUTBOUND,
    meaning="The proxy does not accept who calls.",
    symptoms=(
        "407 Proxy Authentication Required; Proxy-Authenticate",
        "Missing or empty header: proxy-authorization; Invalid proxy authorization token; Invalid Proxy Header",
        "SOCKS reply 5, or a failed token method",
    ),
    references=(
        "Consuming the Connectivity Service",
        "connectivity proxy: troubleshooting",
    ),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge binding --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "header-missing",
            what="The request has no Proxy-Authorization; perhaps it is in Authorization.",
            tell="Look at the headers.",
            action="Send the token as Proxy-Authorization: Bearer.",
            reproduce="A call without it.",
        ),
        Cause(
            "not-bearer",
            what="The header has another form than Bearer and a token.",
            tell="Look at its first word.",
            action="Write Bearer and the token.",
            reproduce="The token alone.",
        ),
        Cause(
            "expired",
            what="The token's time is over.",
            tell="Compare its end with the clock.",
            action="Fetch a new token.",
            reproduce="A token of yesterday.",
        ),
        Cause(
            "wrong-audience",
            what="The token is for another service instance.",
            tell="Compare client and audience with the connectivity binding.",
            action="Get the token with the connectivity credentials.",
            reproduce="A destination client's token.",
        ),
        Cause(
            "signature-or-issuer",
            what="Another issuer, region or key signed the token.",
            tell="Compare issuer and key id.",
            action="Use the token address of the same binding.",
            reproduce="A second issuer.",
        ),
        Cause(
            "ias-without-resource",
            what="The identity provider's token does not name the service.",
            tell="Its audience lacks the service.",
            action="Ask for the token with the resource parameter.",
            reproduce="A token without it.",
        ),
        Cause(
            "clock-skew",
            what="Clocks differ by more than the tolerance.",
            tell="Compare the token's times with both clocks.",
            action="Set the clocks.",
            reproduce="A shifted clock.",
        ),
    ),
)

FAILURES = (
    CONN_503,
    CONN_502,
    CONN_401,
    CONN_403,
    CONN_407,
)
