"""Checks of destinations: what a verdict means."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

CHECK_2XX3XX = Failure(
    "check.2xx3xx",
    Side.CHECK,
    meaning="The target answered well, which does not yet mean that it works.",
    symptoms=(
        "Check Connection succeeds with 200 to 399, and messages fail",
        'Response returned: "200: OK"',
    ),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge probe http URL --follow --accept application/json --public-trust",
        "landbridge destination find NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "reachable",
            what="The target is there; nothing was said about its services.",
            tell="Repeat with the real path and logon.",
            action="Test with a request like the application's.",
            reproduce="Status 200.",
        ),
        Cause(
            "redirect-to-login",
            what="The answer is a login page, or leads to one.",
            tell="Read Location; or data was asked for, and a page with a password field came.",
            action="Call the last address, and log on.",
            reproduce="A redirect.",
        ),
        Cause(
            "not-the-service",
            what="Something answers well, and it is not the service that was meant.",
            tell="Read the content: it is of another kind than what was asked for.",
            action="Correct the address.",
            reproduce="A page instead of a service description.",
        ),
        Cause(
            "token-error-inside",
            what="The destination is found, its token is not: the error is inside a 200.",
            tell="Read authTokens in the answer of the find call.",
            action="Act on the error inside.",
            reproduce="A token service that refuses.",
        ),
    ),
)

CHECK_4XX = Failure(
    "check.4xx",
    Side.CHECK,
    meaning="The target is reachable and does not like the request.",
    symptoms=(
        "Check Connection shows 400 to 499",
        'Response returned: "401: Unauthorized"',
    ),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge probe http URL --public-trust",
        "landbridge destination show NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "url-incomplete",
            what="The address is not the service's, or what is asked there is not what it takes.",
            tell="404, 400 or another status that is not about who asks; compare with the real address.",
            action="Complete the address.",
            reproduce="404.",
        ),
        Cause(
            "not-authenticated",
            what="The target wants a logon.",
            tell="401.",
            action="Configure the authentication of the destination.",
            reproduce="401.",
        ),
        Cause(
            "forbidden",
            what="The logon is known and not permitted.",
            tell="403.",
            action="Give the permission at the target.",
            reproduce="403.",
        ),
        Cause(
            "method",
            what="The check's method is not served there.",
            tell="405.",
            action="Ignore it if real requests pass.",
            reproduce="405.",
        ),
        Cause(
            "proxy-authentication",
            what="A proxy wants to know who calls, not the target.",
            tell="407.",
            action="Continue with conn.407.",
            reproduce="407.",
        ),
        Cause(
            "throttled",
            what="Too many requests.",
            tell="429.",
            action="Wait and ask again.",
            reproduce="429.",
        ),
    ),
)

CHECK_5XX = Failure(
    "check.5xx",
    Side.CHECK,
    meaning="The target, or something before it, failed.",
    symptoms=(
        "Check Connection shows 500 or above",
        'Response returned: "500: Internal Server Error"',
    ),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge probe http URL --public-trust",
        "landbridge connector check",
        "landbridge status",
    ),
    causes=(
        Cause(
            "server-error",
            what="The target failed by itself, or a gateway before it did.",
            tell="500 with the target's own page; 502 and 504 are a gateway's, and have none of our headers.",
            action="Ask the owner of the target.",
            reproduce="500.",
        ),
        Cause(
            "from-connectivity",
            what="The error was made on the way through the connector.",
            tell="502, 503 or 504 with our headers.",
            action="Continue with conn.502, conn.503 or the timeouts.",
            reproduce="A stopped connector.",
        ),
        Cause(
            "no-answer",
            what="The connection opens, and no HTTP answer comes back.",
            tell="There is no status: silence, a closed connection, or another protocol.",
            action="Read the log of the target, and of what stands before it; correct the port if it is another's.",
            reproduce="A server that closes each connection.",
        ),
    ),
)

AVAIL_UNDETERMINED = Failure(
    "avail.undetermined",
    Side.CHECK,
    meaning="The state of the backend behind the connector could not be found out.",
    symptoms=("Backend status could not be determined.",),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge status",
        "landbridge connector check",
    ),
    causes=(
        Cause(
            "connector-too-old",
            what="The connector is older than 2.7.1 and cannot answer the question.",
            tell="Read its version.",
            action="Update the connector.",
            reproduce="A connector that says 2.7.0.",
        ),
        Cause(
            "not-connected",
            what="The connector is not connected to this subaccount.",
            tell="It is not in the list.",
            action="Connect it.",
            reproduce="Stop it.",
            instead="conn.503/not-connected",
        ),
        Cause(
            "backend-error",
            what="The backend answered with 500 or above.",
            tell="Send the request through the tunnel and read the status.",
            action="Look at the backend.",
            reproduce="A backend with 500.",
            instead="check.5xx/server-error",
        ),
        Cause(
            "not-configured",
            what="The connector lacks subaccount, mapping or resource.",
            tell="Read its configuration.",
            action="Complete its configuration.",
            reproduce="An empty one.",
        ),
    ),
)

AVAIL_NO_MAPPING = Failure(
    "avail.no-mapping",
    Side.CHECK,
    meaning="The connector has no mapping for the virtual host.",
    symptoms=("Backend is not available in the list of defined system mappings in Cloud Connector.",),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge status",
        "landbridge destination show NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "no-mapping",
            what="Host and port of the destination are in no mapping.",
            tell="Compare host, case, port and protocol.",
            action="Add the mapping, or correct the address.",
            reproduce="Another port.",
            instead="conn.403/system-missing",
        ),
        Cause(
            "other-location",
            what="A connector with another location id has the mapping.",
            tell="Compare the mappings of all connectors.",
            action="Correct the location id of the destination.",
            reproduce="Two connectors.",
        ),
    ),
)

AVAIL_RESOURCE_OR_BACKEND = Failure(
    "avail.resource-or-backend",
    Side.CHECK,
    meaning="The path is not exposed, or the backend does not answer; the official check does not say which.",
    symptoms=("Resource is not accessible in Cloud Connector or backend is not reachable.",),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge connector check",
        "landbridge status",
    ),
    causes=(
        Cause(
            "resource-missing",
            what="No resource covers the path.",
            tell="Ask the connector for the path; the mapping is there.",
            action="Expose the path.",
            reproduce="A path outside.",
            instead="conn.403/resource-missing",
        ),
        Cause(
            "resource-inactive",
            what="The resource is switched off.",
            tell="Read its state.",
            action="Enable the resource.",
            reproduce="Switch it off.",
            instead="conn.403/resource-inactive",
        ),
        Cause(
            "backend-unreachable",
            what="The path is exposed, the backend does not answer.",
            tell="Try the internal host from the connector.",
            action="Start the backend.",
            reproduce="A closed port.",
            instead="conn.502/backend-down",
        ),
    ),
)

AVAIL_BACKEND_UNREACHABLE = Failure(
    "avail.backend-unreachable",
    Side.CHECK,
    meaning="The connector cannot reach the backend.",
    symptoms=("Backend is not reachable from Cloud Connector.",),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge connector check",
    ),
    causes=(
        Cause(
            "refused",
            what="Nothing listens there.",
            tell="Refused at once.",
            action="Start the backend, or correct the port.",
            reproduce="A closed port.",
            instead="conn.502/backend-down",
        ),
        Cause(
            "timeout",
            what="The connection is not answered.",
            tell="Nothing until the timeout.",
            action="Open the firewall.",
            reproduce="A full backlog.",
            instead="conn.502/on-premise-firewall",
        ),
        Cause(
            "dns",
            what="The internal host has no address.",
            tell="Resolve it there.",
            action="Correct the internal host.",
            reproduce="An unknown name.",
            instead="conn.502/internal-dns",
        ),
        Cause(
            "tls",
            what="TLS to the backend fails.",
            tell="The connection opens, the handshake does not end.",
            action="Repair certificate or trust.",
            reproduce="A self-signed backend.",
            instead="conn.502/tls",
        ),
        Cause(
            "unreachable",
            what="There is no route.",
            tell="The network says so at once.",
            action="Check routing.",
            reproduce="An address without a route.",
            instead="conn.502/on-premise-firewall",
        ),
    ),
)

AVAIL_PRIVATE_ENDPOINT = Failure(
    "avail.private-endpoint",
    Side.CHECK,
    meaning="The target of an Internet destination is inside: private, loopback or link-local.",
    symptoms=(
        "private endpoints are refused; the address resolves to loopback, a private network or a metadata service",
    ),
    references=("Check the Availability of a Destination",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge destination show NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "private-address",
            what="The name or address is of a private network.",
            tell="Resolve all addresses of the name.",
            action="Use the proxy type OnPremise with a connector, or a public address.",
            reproduce="127.0.0.1.",
        ),
        Cause(
            "redirect-to-private",
            what="A public target leads to a private one.",
            tell="Check the address behind each redirect.",
            action="Correct the redirect, or use a connector.",
            reproduce="A redirect inside.",
        ),
        Cause(
            "rebinding",
            what="The name changes its address between check and use.",
            tell="Resolve once, and connect to that address.",
            action="Correct the name service.",
            reproduce="A name with two answers.",
        ),
        Cause(
            "disguised-form",
            what="The address is written in another form: decimal, hexadecimal, mapped into IPv6.",
            tell="Normalise it first.",
            action="Write the usual form, and use a connector if it is private.",
            reproduce="0x7f000001.",
        ),
    ),
)

FAILURES = (
    CHECK_2XX3XX,
    CHECK_4XX,
    CHECK_5XX,
    AVAIL_UNDETERMINED,
    AVAIL_NO_MAPPING,
    AVAIL_RESOURCE_OR_BACKEND,
    AVAIL_BACKEND_UNREACHABLE,
    AVAIL_PRIVATE_ENDPOINT,
)
