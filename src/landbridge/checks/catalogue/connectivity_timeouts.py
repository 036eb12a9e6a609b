"""Timeouts between application and backend: three failures with one symptom."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

CONN_TIMEOUT_NOCONN = Failure(
    "conn.timeout-noconn",
    Side.OUTBOUND,
    meaning="A request waits for a tunnel that does not come.",
    symptoms=(
        "Read timed out, connect timed out, 504 Gateway Timeout, TimeoutError",
        "could not be opened in time",
    ),
    references=("connectivity proxy: troubleshooting",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge status",
    ),
    causes=(
        Cause(
            "half-dead",
            what="The connector is connected and does not answer.",
            tell="No ping is answered, and yet its machine acknowledges what is sent.",
            action="Restart the connector, look at its machine.",
            reproduce="A connector that is frozen.",
        ),
        Cause(
            "zombie-tunnel",
            what="One side believes in a tunnel that the other has lost.",
            tell="What is sent is not even acknowledged, or the connector answers over another connection.",
            action="Reconnect the connector; check firewalls for idle limits.",
            reproduce="A way on which every packet is lost, acknowledgements too.",
        ),
        Cause(
            "absent",
            what="The connector is gone, and the request is queued for it.",
            tell="It is not in the list. Nothing is queued here: the answer is 503, at once.",
            action="Start the connector, check its way out.",
            reproduce="Kill the connector.",
            instead="conn.503/not-connected",
        ),
        Cause(
            "wrong-location",
            what="The request waits for a location id that nobody has.",
            tell="Compare the ids. Nothing waits here: the answer is 503, at once.",
            action="Correct the location id.",
            reproduce="Another id.",
            instead="conn.503/wrong-location",
        ),
    ),
)

CONN_TIMEOUT_LATENCY = Failure(
    "conn.timeout-latency",
    Side.OUTBOUND,
    meaning="The line between gateway and connector is slow.",
    symptoms=("Read timed out, 504 Gateway Timeout, TimeoutError, with all requests slow, small ones too",),
    references=("Consuming the Connectivity Service",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge check NAME --subaccount SUBACCOUNT --watch 30",
        "landbridge status",
    ),
    causes=(
        Cause(
            "slow-line",
            what="Every round trip through the tunnel takes long.",
            tell="Ping times are high, the backend's own time is small.",
            action="Use a nearer region or a better line.",
            reproduce="A relay that waits.",
        ),
        Cause(
            "many-round-trips",
            what="The application asks too often.",
            tell="Count the requests of one action (--watch): so many round trips are most of its time.",
            action="Ask in batches and keep connections.",
            reproduce="Small requests, one after the other, over a line that is not quick.",
        ),
    ),
)

CONN_TIMEOUT_BACKEND = Failure(
    "conn.timeout-backend",
    Side.OUTBOUND,
    meaning="The backend does not answer in time.",
    symptoms=("Read timed out, 504 Gateway Timeout, TimeoutError, with one path or at high load",),
    references=("Consuming the Connectivity Service",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge check NAME --subaccount SUBACCOUNT --idle 60",
        "landbridge connector check",
        "landbridge status",
    ),
    causes=(
        Cause(
            "slow-backend",
            what="The backend accepted the request and takes too long.",
            tell="Tunnel and connect are quick, the first byte is late.",
            action="Look at the backend's load, or raise the timeout.",
            reproduce="A backend that sleeps.",
        ),
        Cause(
            "client-timeout-smaller",
            what="The caller gives up before a backend that is just slow.",
            tell="The caller's limit is below the backend's time.",
            action="Raise the caller's timeout.",
            reproduce="A short timeout.",
        ),
        Cause(
            "idle-firewall",
            what="Something on the way forgets a connection without bytes.",
            tell="After a pause (--idle) a request over the connection is not answered, over a new one it is.",
            action="Let bytes flow, or raise the idle limit on the way.",
            reproduce="A relay that forgets.",
        ),
        Cause(
            "overloaded",
            what="All paths are slow while many requests are open.",
            tell="Count the open requests; it follows the load.",
            action="Send less at once, add capacity.",
            reproduce="Many at once.",
        ),
    ),
)

FAILURES = (
    CONN_TIMEOUT_NOCONN,
    CONN_TIMEOUT_LATENCY,
    CONN_TIMEOUT_BACKEND,
)
