"""Inbound: the sender's way to our entrance, with TLS on it."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

CERT_VALIDITY = Failure(
    "inbound.cert-validity",
    Side.INBOUND,
    meaning="A certificate of the sender or of our own entrance is expired, incomplete, unsuitable or absent.",
    symptoms=(
        "alert certificate_expired, certificate_required, unknown_ca, bad_certificate, unsupported_certificate",
        "SSSLERR_SSL_CONNECT, SSSLERR_SSL_READ, SSSLERR_CONN_CLOSED",
        (
            "Java: Received fatal alert: ...; Broken pipe or an early end of the connection, because TLS 1.3 "
            "tells it late"
        ),
        "a plain 401, because the certificate was dropped on the way",
        "Cannot connect, no Keystore deployed",
    ),
    references=(
        "SAP note 2651086",
        "SAP note 2801396",
        "SAP note 3196836",
    ),
    commands=(
        "landbridge probe tls tenant.example.com --as endpoint --certificate me.pem --key me.key --trust used.pem",
        "landbridge probe tls tenant.example.com --as endpoint --certificate me.pem --key me.key --fetch-issuers",
        "landbridge ca",
    ),
    causes=(
        Cause(
            "client-expired",
            what="The last day of the sender's client certificate has passed.",
            tell=(
                "The server's verification ends with error 10; the dates of every link of the presented chain "
                "show which."
            ),
            action="Renew the client certificate, and register the new one before the sender switches to it.",
            reproduce="A TLS server that records verification errors, and a client certificate that ended yesterday.",
        ),
        Cause(
            "client-not-yet-valid",
            what="The client certificate begins in the future, or a clock is wrong.",
            tell="Verification ends with error 9; compare the start date with the clocks of both sides.",
            action="Set the clock right, or wait for the certificate's first day.",
            reproduce="A client certificate that begins in five days.",
        ),
        Cause(
            "chain-incomplete",
            what="The sender shows its own certificate without the one that issued it.",
            tell="One certificate arrives, and its issuer is no root; adding the missing link makes it verify.",
            action="Install the certificate with its intermediates and the key in the sender's key store.",
            reproduce="Present a leaf whose intermediate stays at home.",
        ),
        Cause(
            "ca-unsupported",
            what="The complete chain ends in a root that the entrance does not accept.",
            tell="With all links present, the root's fingerprint is missing from the accepted list.",
            action=(
                "Get a certificate from an accepted authority, or add the root to the trust list of the custom domain."
            ),
            reproduce="A client certificate of a second test authority.",
        ),
        Cause(
            "eku-missing",
            what="The certificate may not be used by clients: its extended key usage lacks client authentication.",
            tell="Verification ends with error 26; print the extended key usage and the date of issue.",
            action="Have it reissued with client authentication by an authority that still offers that.",
            reproduce="A leaf with server authentication only.",
        ),
        Cause(
            "self-signed-client",
            what="The client certificate vouches for itself.",
            tell="Issuer and subject are equal, verification ends with error 18.",
            action="Replace it by one of an accepted authority.",
            reproduce="A self-signed client certificate.",
        ),
        Cause(
            "none-sent",
            what="The sender showed no certificate at all.",
            tell=(
                "The entrance saw none; compare its advertised authorities with the sender's issuer, look for "
                "a proxy between."
            ),
            action="Choose the key in the sender's client identity, and take TLS-inspecting proxies out of the way.",
            reproduce="Call once with and once without a certificate.",
        ),
        Cause(
            "registered-cert-outdated",
            what="The registered certificate is an earlier one with the same names.",
            tell="Subject and issuer agree, serial number and fingerprint do not.",
            action="Register the renewed certificate, or stop pinning before renewals.",
            reproduce="Two certificates with equal names.",
        ),
        Cause(
            "unpinned-older",
            what="A newer certificate of this key was accepted before, and now an older one comes.",
            tell="Compare the start dates of the last accepted and of the presented certificate.",
            action="Roll the newest certificate out to every sender.",
            reproduce="Present the newer twin, then the older.",
        ),
        Cause(
            "dn-conflict",
            what="Several service keys carry the same subject and issuer, so the match is not unique.",
            tell="List the keys with these two names.",
            action="Delete the superfluous service key.",
            reproduce="Two keys with the same names.",
        ),
        Cause(
            "tenant-pair-missing",
            what="The tenant's own key pair is gone or out of date, or the tenant is a trial.",
            tell="Look for the system key pairs in the tenant's key store.",
            action="Bring the system key pair back or renew it; use another logon on trial tenants.",
            reproduce="Delete the entry.",
        ),
        Cause(
            "server-cert-invalid",
            what="Our own entrance shows an expired certificate or one for another name.",
            tell="Fetch it as a stranger, with the host name in SNI, and read dates and names.",
            action="Renew the entrance's certificate for the name that is called.",
            reproduce="An expired server leaf.",
        ),
        Cause(
            "weak",
            what="Signature, key or protocol are below today's minimum.",
            tell="Read signature algorithm, key size and offered protocol versions.",
            action="Reissue with SHA-256 and 2048 bits or more, over TLS 1.2 or later.",
            reproduce="A SHA-1 signature.",
        ),
    ),
)

PEER_CERT_UNTRUSTED = Failure(
    "inbound.peer-cert-untrusted",
    Side.INBOUND,
    meaning="The sender does not trust the certificate that our entrance shows.",
    symptoms=(
        "SSSLERR_PEER_CERT_UNTRUSTED (-102)",
        "ICM_HTTP_SSL_PEER_CERT_UNTRUSTED, ICM_HTTP_SSL_ERROR",
        "senders that are not ABAP: the texts of outbound.cert-path, written by the sender",
        "x509: certificate signed by unknown authority",
    ),
    references=("SAP note 2728600",),
    commands=(
        "landbridge probe tls tenant.example.com --as endpoint --trust exported-from-the-sender.pem",
        "landbridge probe tls tenant.example.com --as endpoint --trust used.pem --other-trust other.pem",
        "landbridge ca",
    ),
    causes=(
        Cause(
            "root-missing",
            what="The sender's trust list lacks the root of our complete, public chain.",
            tell="Build the path against the sender's exported list; the first issuer not found is the answer.",
            action="Import the named root into that trust list and restart the communication manager.",
            reproduce="Verify a good chain with an unrelated bundle.",
        ),
        Cause(
            "wrong-pse",
            what="The root is there, but in another identity of the sender than the destination uses.",
            tell="Ask which client identity the destination names, and compare both lists.",
            action="Import the root into the identity that the destination uses.",
            reproduce="Two bundles, of which one has the root.",
        ),
        Cause(
            "our-chain-incomplete",
            what="Our entrance sends its certificate without the intermediate.",
            tell="Browsers succeed because they fetch it themselves; count the certificates that arrive.",
            action="Let the entrance send its intermediates.",
            reproduce="A server that presents the leaf alone.",
        ),
        Cause(
            "root-rotated",
            what="The entrance's chain changed, and all senders failed at once.",
            tell="Compare today's chain with the last one that worked.",
            action="Hand the new root to all senders, before the next switch.",
            reproduce="Swap the server certificate between two calls.",
        ),
        Cause(
            "tls-inspection",
            what="Something between breaks TLS open and presents its own certificate.",
            tell="The issuer in the sender's trace is not the one our entrance sends.",
            action="Exempt the host from inspection, or trust the company's authority in the sender.",
            reproduce="A proxy in the middle with its own authority.",
        ),
        Cause(
            "no-sni",
            what="The sender does not name the host, so it gets the default certificate.",
            tell="One handshake with and one without SNI show different subjects.",
            action="Switch SNI on in the sender.",
            reproduce="A server that chooses by SNI.",
        ),
        Cause(
            "name-mismatch",
            what="The chain is trusted, but is for another name.",
            tell="Compare the called host with the names in the certificate.",
            action="Call the name that the certificate carries.",
            reproduce="A certificate for another name.",
        ),
        Cause(
            "expired",
            what="A certificate of our chain has ended.",
            tell="Read the end dates of every link.",
            action="Renew the entrance's certificate.",
            reproduce="An expired server.",
        ),
        Cause(
            "not-yet-valid",
            what="A certificate of our chain begins in the future, or the sender's clock is wrong.",
            tell="Compare the first days of every link with the clocks of both sides.",
            action="Set the clock right, or wait.",
            reproduce="A certificate from next week.",
        ),
        Cause(
            "unusable-link",
            what="A certificate of our chain may not be what it is there, or cannot be read.",
            tell="Look at basic constraints, path length, key usage, name constraints and critical extensions.",
            action="Have the chain issued anew, with authorities that may issue it.",
            reproduce="An issuer that is no authority.",
        ),
        Cause(
            "protocol-or-closed",
            what="No common protocol or cipher, or the connection is cut before the certificate counts.",
            tell="Compare both offers; see who ends the connection, and when.",
            action="Allow TLS 1.2 or later and its cipher suites in the sender.",
            reproduce="A server from TLS 1.3 on and a client that stops before.",
        ),
    ),
)

ICM_CONNECTION_FAILED = Failure(
    "inbound.icm-connection-failed",
    Side.INBOUND,
    meaning="The sender cannot open the connection to us.",
    symptoms=(
        (
            "ICM_HTTP_CONNECTION_FAILED, ICM_HTTP_CONNECTION_REFUSED, ICM_HTTP_CONNECTION_BROKEN, "
            "ICM_HTTP_HOST_UNKNOWN, ICM_HTTP_TIMEOUT"
        ),
        "NIEHOST_UNKNOWN, NIECONN_REFUSED, NIECONN_BROKEN, NIETIMEOUT; Direct connect to HOST failed",
        "other senders: ECONNREFUSED, ENOTFOUND, EAI_AGAIN, ETIMEDOUT, UnknownHostException, No route to host",
    ),
    references=(
        "SAP note 2948138",
        "SAP note 3165420",
    ),
    commands=(
        "landbridge probe tls tenant.example.com --as endpoint",
        "landbridge probe tls tenant.example.com --as endpoint --resolver 192.0.2.53",
        "landbridge probe tls tenant.example.com --as endpoint --proxy http://proxy.example.com:3128",
        "landbridge status",
    ),
    causes=(
        Cause(
            "dns",
            what="The name has no address where the sender asks, or another one than elsewhere.",
            tell="Ask the sender's and another name server.",
            action="Correct the host name, or the forwarder of the name service.",
            reproduce="An unknown name, and a resolver that answers differently.",
        ),
        Cause(
            "refused",
            what="The machine answers at once that nothing listens on the port.",
            tell="The refusal comes after about one round trip.",
            action="Correct the port, or start what should listen there.",
            reproduce="A port on which nothing listens.",
        ),
        Cause(
            "filtered",
            what="Packets vanish: a firewall drops them.",
            tell="No answer and no refusal until the timeout, while other hosts or ports answer.",
            action="Open the firewall towards the addresses of the entrance, port 443.",
            reproduce="A listener whose backlog is full.",
        ),
        Cause(
            "proxy-needed",
            what="The direct way is closed, and no proxy is configured.",
            tell="Through the proxy it works, directly it times out.",
            action="Enter the HTTP proxy in the sender's destination.",
            reproduce="A network that only a CONNECT proxy leaves.",
        ),
        Cause(
            "proxy-wrong",
            what="A proxy is configured that refuses or is not needed.",
            tell="The refusal names the proxy's address; read its answer to CONNECT.",
            action="Correct the proxy or its logon, or take it out.",
            reproduce="A CONNECT proxy that wants a password.",
        ),
        Cause(
            "wrong-region-host",
            what="The host answers, but belongs to another tenant or region.",
            tell="Compare the called host with the address recorded for the tenant.",
            action="Use the address that is shown at the endpoint.",
            reproduce="A server under another name than the recorded one.",
        ),
        Cause(
            "broken-later",
            what="The connection opens and is closed during or soon after TLS.",
            tell="See after how many bytes, and from which side, the end comes.",
            action="Look for inspection, idle limits and packet sizes on the way.",
            reproduce="A server that closes what it accepts.",
        ),
        Cause(
            "v6-only-path",
            what="The IPv6 address does not lead anywhere, the IPv4 address does.",
            tell="Connect once with each family.",
            action="Repair the IPv6 route, or prefer IPv4.",
            reproduce="A name with an unreachable IPv6 address.",
        ),
    ),
)

NOT_REACHING = Failure(
    "inbound.not-reaching",
    Side.INBOUND,
    meaning="A sender reports an error, and nothing of its request is to be found here.",
    symptoms=(
        "no message processing log, perhaps not even a line in the access log",
        "Connection reset, Remotely closed, Broken pipe, unexpected EOF at the sender",
        "several runs for one call, because the sender's own timeout is shorter",
    ),
    references=(
        "blog on client certificates for inbound calls",
        "custom domains: client certificate authentication",
    ),
    commands=("landbridge status",),
    causes=(
        Cause(
            "no-edge-connection",
            what="The request does not get to the entrance: network, name service or proxy.",
            tell="There is no connection in the entrance's log at that time from that address.",
            action="Continue with inbound.icm-connection-failed.",
            reproduce="Stop the entrance.",
        ),
        Cause(
            "tls-not-finished",
            what="The connection arrives, but TLS is not completed.",
            tell="The entrance logs a connection without a request; the alert says who refused.",
            action="Continue with inbound.cert-validity and inbound.peer-cert-untrusted.",
            reproduce="A client that does not trust the server.",
        ),
        Cause(
            "framing",
            what="TLS is done, and the request is refused before it is logged.",
            tell="Look at header sizes, Host and SNI, HTTP version, and how long the connection was idle.",
            action="Shorten the headers, correct the host, or open a new connection.",
            reproduce="A header above the limit.",
        ),
        Cause(
            "answered-early",
            what="The call got 2xx without processing: a token fetch, a description, or a log that is off.",
            tell="The access log has the line, with HEAD, Fetch or ?wsdl.",
            action="Send the real request as a call of its own.",
            reproduce="A call with X-CSRF-Token: Fetch.",
        ),
        Cause(
            "custom-domain-trust",
            what="The custom domain does not trust the authority of the sender's certificate.",
            tell="The default domain accepts the same certificate.",
            action="Add the issuing authority to the trust configuration of the custom domain.",
            reproduce="Two domains, one without the authority.",
        ),
        Cause(
            "custom-domain-route",
            what="The custom domain leads nowhere, or its certificate is not active.",
            tell="Follow its name to the end and compare with the mapping.",
            action="Map the domain, correct its alias, or activate its certificate.",
            reproduce="A name that points to another host.",
        ),
        Cause(
            "sender-proxy",
            what="A proxy in the sender's network answers with its own error page.",
            tell="The answer carries Via or a foreign page, and our log has no line.",
            action="Allow the host in that proxy.",
            reproduce="A CONNECT proxy that refuses.",
        ),
        Cause(
            "sender-stuck",
            what="The sender never sent: the message waits in a queue of its own.",
            tell="Look into the outbound queues of the sending system.",
            action="Release the queue in the sender.",
            reproduce="A sender that is stopped.",
        ),
        Cause(
            "log-none",
            what="The flow ran, but its log level hides it.",
            tell="The access log has a successful POST, and the flow's log level is none or error.",
            action="Raise the log level and repeat.",
            reproduce="A flow with the log level none.",
        ),
        Cause(
            "client-timeout",
            what="The sender gives up before processing ends, and repeats.",
            tell="The same message comes at the interval of the sender's timeout.",
            action="Raise the timeout in the sender, or answer before processing.",
            reproduce="A flow slower than the sender's patience.",
        ),
    ),
)

FAILURES = (
    CERT_VALIDITY,
    PEER_CERT_UNTRUSTED,
    ICM_CONNECTION_FAILED,
    NOT_REACHING,
)
