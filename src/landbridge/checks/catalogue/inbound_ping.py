"""The ping of a web service runtime, which fails where messages pass."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

SRT_PING = Failure(
    "inbound.srt-ping",
    Side.INBOUND,
    meaning="The ping of an ABAP web service configuration fails, often without any harm.",
    symptoms=(
        "SRT Framework exception: error when calling SOAP Runtime functions",
        "Connection to partner broken; ICM_HTTP_CONNECTION_BROKEN",
        "405 Method Not Allowed for HEAD",
    ),
    references=(
        "SAP note 2584066",
        "SAP note 2400906",
    ),
    commands=("landbridge status",),
    causes=(
        Cause(
            "ping-head",
            what="The ping uses a method that message endpoints do not serve.",
            tell="The access log shows HEAD with 405, and a POST from the same port succeeds.",
            action="Ignore the ping and test with a real message.",
            reproduce="HEAD on a SOAP address.",
        ),
        Cause(
            "real-break",
            what="The connection is closed without any HTTP answer.",
            tell="Nothing in the access log; follow the connection downwards.",
            action="Continue with inbound.peer-cert-untrusted and inbound.icm-connection-failed.",
            reproduce="A server that closes.",
        ),
        Cause(
            "auth",
            what="Real messages are refused too.",
            tell="POST is answered with 401 or 403 as well.",
            action="Continue with inbound.http-401 and inbound.http-403.",
            reproduce="A wrong password.",
        ),
        Cause(
            "keep-alive-race",
            what="A reused connection was just being closed for idleness.",
            tell="Sporadic, after pauses as long as the server's idle limit.",
            action="Let the client give connections up earlier than the server does.",
            reproduce="Reuse a connection in the moment of its idle limit.",
        ),
        Cause(
            "chunk-or-size",
            what="Only large messages break.",
            tell="Compare the sizes of what works and what does not with the limits.",
            action="Raise the limit or split the message.",
            reproduce="A body above the limit.",
        ),
    ),
)

FAILURES = (SRT_PING,)
