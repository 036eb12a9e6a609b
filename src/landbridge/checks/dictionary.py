"""The symptom dictionary: from texts that programs write to the failures that may be behind them.

Codes and fixed texts of programs only, never prose in a language of people. Specific rows stand before general ones.
Every repetition has an upper bound.
"""

from __future__ import annotations

from landbridge.checks.symptoms import Strength, symptom

_CERT = "outbound.cert-path: "

TLS = (
    symptom(
        "path to a trusted root not found",
        "pkix path building|certification path|get local issuer|self-signed cert|self signed cert|unable_to_get_issuer"
        "|unable_to_verify_leaf|self_signed_cert|signed by unknown authority|sun.security.provider.certpath",
        r"PKIX path building failed|valid certification path|unable to get (?:local )?issuer certificate"
        r"|self[- ]signed certificate|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT"
        r"|x509: certificate signed by unknown authority|SunCertPathBuilderException",
        _CERT + "intermediate-not-sent root-missing self-signed inspection-proxy rotated imported-but-cached"
        " wrong-endpoint on-premise; inbound.peer-cert-untrusted: root-missing our-chain-incomplete tls-inspection",
    ),
    symptom(
        "a TLS alert says that the client's certificate is over",
        "certificate_expired|certificate expired",
        r"alert:?[ _-]{1,2}certificate[_ ]expired|certificate[_ ]expired alert",
        "inbound.cert-validity: client-expired; outbound.cert-path: client-cert-needed",
    ),
    symptom(
        "certificate expired",
        "certificateexpired|validity check failed|has expired|cert_has_expired",
        r"CertificateExpiredException|validity check failed|CERT_HAS_EXPIRED"
        r"|(?:verify|x509|tls|ssl|handshake)[^\n]{0,120}certificate has expired",
        _CERT + "expired; inbound.cert-validity: client-expired",
    ),
    symptom(
        "certificate not valid yet",
        "notyetvalid|not yet valid|not_yet_valid",
        r"CertificateNotYetValidException|CERT_NOT_YET_VALID"
        r"|(?:verify|x509|tls|ssl|handshake)[^\n]{0,120}certificate is not yet valid",
        _CERT + "not-yet-valid; inbound.cert-validity: client-not-yet-valid",
    ),
    symptom(
        "certificate for another name",
        "no subject alternative|no name matching|hostname mismatch|ip address mismatch|altname_invalid|server_cert_mis",
        r"No subject alternative (?:DNS )?names?|No name matching|Hostname mismatch|IP address mismatch"
        r"|ERR_TLS_CERT_ALTNAME_INVALID|SSSLERR_SERVER_CERT_MISMATCH",
        _CERT + "name; inbound.peer-cert-untrusted: name-mismatch",
    ),
    symptom(
        "no TLS at that port",
        "unrecognized ssl message|wrong_version_number|wrong version number",
        r"Unsupported or unrecognized SSL message|WRONG[_ ]VERSION[_ ]NUMBER",
        _CERT + "plain-port starttls-port; outbound.smtp-port: protection-mismatch; conn.502: wrong-protocol",
    ),
    symptom(
        "the sender does not trust the server",
        "peer_cert_untrusted|icm_http_ssl_error|peer certificate",
        r"(?:SSSLERR|ICM_HTTP_SSL)_PEER_CERT_UNTRUSTED|ICM_HTTP_SSL_ERROR"
        r"|peer certificate (?:\(chain\) )?is not trusted",
        "inbound.peer-cert-untrusted",
    ),
    symptom(
        "TLS of the sender failed",
        "ssslerr_ssl_|ssslerr_conn_closed",
        r"SSSLERR_SSL_(?:CONNECT|READ|ACCEPT)|SSSLERR_CONN_CLOSED",
        "inbound.peer-cert-untrusted: protocol-or-closed; inbound.cert-validity",
    ),
    symptom(
        "a TLS alert about the client's certificate",
        "alert|no keystore deployed|certificate_required|tlsv13_alert",
        r"alert:?[ _-]{1,2}(?:number \d{1,3}|certificate[_ ](?:unknown|required|revoked)|unknown[_ ]ca"
        r"|bad[_ ]certificate|unsupported[_ ]certificate|handshake[_ ]failure)|no Keystore deployed"
        r"|(?:certificate_(?:unknown|required|revoked)|unknown_ca|bad_certificate|unsupported_certificate) alert",
        "inbound.cert-validity: none-sent chain-incomplete ca-unsupported eku-missing client-expired"
        " tenant-pair-missing; outbound.cert-path: client-cert-needed",
    ),
)

CONNECTION = (
    symptom(
        "connection broken after it was open",
        "icm_http_connection_broken|connection to partner broken|niecconn_broken|nieconn_broken",
        r"ICM_HTTP_CONNECTION_BROKEN|Connection to partner broken|NIECONN_BROKEN",
        "inbound.srt-ping; inbound.icm-connection-failed: broken-later",
    ),
    symptom(
        "HEAD is not served",
        "head /",
        r"HEAD /[^\s\"]{0,300} HTTP/\d(?:\.\d)?\"? 405\b",
        "inbound.srt-ping: ping-head",
    ),
    symptom(
        "a ping of the web service framework",
        "rc=4|rc=5|service ping error|service-ping-error",
        r"ping[^\n]{0,80}\(RC=\d{3}\)|Service[ -]Ping[ -]ERROR",
        "inbound.srt-ping: ping-head auth",
    ),
    symptom(
        "the web service framework gave up",
        "srt framework exception",
        r"SRT Framework exception",
        "inbound.srt-ping",
        Strength.WRAPPER,
    ),
    symptom(
        "the sender could not connect",
        "icm_http_connection_|icm_http_host|icm_http_timeout|icm_http_proxy|niehost|nieserv|nietimeout|nieconn|nierout"
        "|direct connect to",
        r"ICM_HTTP_(?:CONNECTION_(?:FAILED|REFUSED)|HOST_UNKNOWN|TIMEOUT|PROXY_\w{1,40})"
        r"|\bNIE(?:HOST_UNKNOWN|SERV_UNKNOWN|TIMEOUT|CONN_REFUSED|ROUT_\w{1,40})|Direct connect to \S{1,260} failed",
        "inbound.icm-connection-failed",
    ),
    symptom(
        "the name has no address",
        "enotfound|eai_again|unknownhost|name or service not known|nodename nor servname",
        r"\bENOTFOUND\b|\bEAI_AGAIN\b|UnknownHostException|Name or service not known|nodename nor servname",
        "inbound.icm-connection-failed: dns; conn.502: internal-dns; outbound.smtp-port: dns; check.5xx: no-answer",
    ),
    symptom(
        "connection refused",
        "econnrefused|connection refused|connectexception|connectionrefusederror",
        r"\bECONNREFUSED\b|Connection refused|ConnectionRefusedError|java\.net\.ConnectException",
        "inbound.icm-connection-failed: refused proxy-wrong; conn.502: backend-down; check.5xx: no-answer",
        Strength.VAGUE,
    ),
    symptom(
        "no route",
        "no route to host|ehostunreach|noroutetohost|enetunreach",
        r"No route to host|\bE(?:HOST|NET)UNREACH\b|NoRouteToHostException",
        "inbound.icm-connection-failed: filtered v6-only-path; conn.502: on-premise-firewall",
        Strength.VAGUE,
    ),
    symptom(
        "time ran out",
        "timed out|sockettimeout|timeouterror|etimedout|gateway timeout|gateway time-out|could not be opened in time",
        r"(?:read|connect|connection|request|operation)\w{0,3} timed[ -]?out|SocketTimeout|TimeoutError|\bETIMEDOUT\b"
        r"|Gateway Time-?out|could not be opened in time",
        "conn.timeout-noconn; conn.timeout-latency; conn.timeout-backend;"
        " inbound.icm-connection-failed: filtered; outbound.smtp-port: port-25-blocked",
        Strength.VAGUE,
    ),
    symptom(
        "the connection ended early",
        "remotely closed|connection reset|broken pipe|unexpected eof|econnreset|socket hang up|connectionreseterror",
        r"Remotely closed|Connection reset|Broken pipe|unexpected eof|\bECONNRESET\b|socket hang up"
        r"|ConnectionResetError",
        "inbound.not-reaching: no-edge-connection tls-not-finished framing client-timeout;"
        " inbound.cert-validity: none-sent chain-incomplete; inbound.srt-ping: keep-alive-race; conn.502: closed-early",
        Strength.VAGUE,
    ),
)

CONNECTOR = (
    symptom(
        "the connector has no such system",
        "access denied to system",
        r"Access denied to system .{0,600}cloud connector",
        "outbound.http-403-onprem: host-not-mapped duplicate-location; conn.403: system-missing duplicate-location",
    ),
    symptom(
        "the connector exposes no such resource",
        "access denied to resource",
        r"Access denied to resource .{0,900}cloud connector",
        "outbound.http-403-onprem: path-not-exposed path-only resource-inactive encoding duplicate-location;"
        " conn.403: resource-missing path-only resource-inactive websocket-flag duplicate-location",
    ),
    symptom(
        "audit of a refusal", "access_denied", r"\bACCESS_DENIED\b", "outbound.http-403-onprem; conn.403", exact=True
    ),
    symptom(
        "no connector for this subaccount and location",
        "no sap cloud connector|no tunnels subscribed",
        r"no SAP Cloud Connector \(SCC\) connected|No tunnels subscribed",
        "conn.503; outbound.http-503: no-connector wrong-location token-other-subaccount reconnect-window",
    ),
    symptom(
        "the user may not be shown to the backend",
        "principal propagation forbidden",
        r"Principal propagation forbidden",
        "conn.502: not-mutual; conn.401: system-certificate-untrusted",
    ),
    symptom(
        "the backend cannot be reached",
        "to backend",
        r"(?:unable|failed) to (?:open connection|connect) to backend",
        "conn.502",
    ),
    symptom(
        "SOCKS: no connector",
        "socks",
        r"SOCKS: Network unreachable|SOCKS5?[^\n]{0,40}\breply (?:code )?0?3\b",
        "conn.503",
    ),
    symptom(
        "SOCKS: not exposed",
        "socks",
        r"SOCKS: Connection not allowed by ruleset|SOCKS5?[^\n]{0,40}\breply (?:code )?0?2\b",
        "conn.403; outbound.http-403-onprem: host-not-mapped",
    ),
    symptom(
        "SOCKS: backend",
        "socks",
        r"SOCKS: Host unreachable|SOCKS server general failure|SOCKS5?[^\n]{0,40}\breply (?:code )?0?[14]\b",
        "conn.502",
    ),
    symptom(
        "SOCKS: who calls",
        "socks",
        # 5 is about the token there, and not what clients make of it (failure-catalogue, traps 16).
        r"SOCKS: (?:Connection refused|authentication failed)|SOCKS5?[^\n]{0,40}\breply (?:code )?0?5\b",
        "conn.407",
    ),
    symptom(
        "the backend closed",
        "closed before a response was received",
        r"backend system .{0,300}closed before a response was received",
        "conn.502: closed-early",
    ),
    symptom(
        "the user's token is not trusted",
        "sso token validation failed",
        r"SSO token validation failed",
        "conn.401: trust-not-synchronised issuer-disabled signature other-tenant token-malformed token-expired",
    ),
    symptom(
        "no certificate for the user",
        "unable to generate authorization token",
        r"Unable to generate authorization token for user",
        "conn.401: subject-pattern no-authority",
    ),
    symptom(
        "the backend does not trust the intermediary",
        "intermediary not trusted|client did not sen",
        r"Intermediary not trusted|client did not sen[dt] any cert",
        "conn.401: system-certificate-untrusted certificate-expired",
    ),
    symptom(
        "the proxy asks who calls",
        "proxy authentication required|header: proxy-auth|missing proxy-auth|proxy-authorization header|invalid proxy"
        "|response 407|replied 407",
        r"Proxy Authentication Required|Missing (?:or empty )?(?:header:? )?[\"']?proxy-authorization"
        r"|Invalid proxy authorization token|Invalid Proxy Header|tunnel failed, response 407|Proxy replied 407",
        "conn.407; check.4xx: proxy-authentication",
    ),
    symptom(
        "https was spoken to the proxy",
        "https proxying is not supported",
        r"HTTPS proxying is not supported",
        "outbound.http-403-onprem: https-through-proxy",
    ),
)

CHECKS = (
    symptom(
        "official verdict: undetermined",
        "backend status could not be determined",
        r"Backend status could not be determined",
        "avail.undetermined",
    ),
    symptom(
        "official verdict: no mapping",
        "in the list of defined system mappings",
        r"not available in the list of defined system mappings",
        "avail.no-mapping",
    ),
    symptom(
        "official verdict: resource or backend",
        "resource is not accessible in cloud connector",
        r"Resource is not accessible in Cloud Connector",
        "avail.resource-or-backend",
    ),
    symptom(
        "official verdict: backend unreachable",
        "backend is not reachable from cloud connector",
        r"Backend is not reachable from Cloud Connector",
        "avail.backend-unreachable",
    ),
    symptom(
        "a private target",
        "private endpoint|private address|private network|169.254.169.254",
        r"private (?:endpoint|address|network)\w{0,4}[^\n]{0,80}(?:refused|denied|blocked"
        r"|not (?:allowed|supported|permitted))"
        r"|(?:refus|den|block)\w{1,4}[^\n]{0,80}private (?:endpoint|address|network)"
        r"|(?:could not|cannot|unable to) [^\n]{0,80}private (?:endpoint|address|network)"
        r"|(?:refused|denied|blocked|not allowed)[^\n]{0,80}169\.254\.169\.254"
        r"|169\.254\.169\.254[^\n]{0,80}(?:refused|denied|blocked|not (?:allowed|permitted))",
        "avail.private-endpoint",
    ),
    symptom(
        "a token could not be fetched for a found destination",
        "authtokens",
        r"\"authTokens\"[^\n]{0,300}\"error\"",
        "check.2xx3xx: token-error-inside; outbound.http-401: oauth-token-fetch",
    ),
)

DESTINATIONS = (
    symptom(
        "no such destination",
        "configuration with the specified name|could not be found in destination service|fragment with the specified"
        "|unknown destination|destinationnotfound|find destination|destination with name",
        r"Configuration with the specified name was not found|could not be found in destination service"
        r"|references unknown destination|DestinationNotFoundException"
        r"|(?:could not|unable to|cannot) find destination\b"
        r"|destination with name [^\n]{1,260} (?:was |could )?not (?:be )?found"
        r"|fragment with the specified name .{0,200}was not found",
        "dest.404",
    ),
    symptom(
        "the name is taken",
        "duplicate key|failed to create all provided",
        r"\"ErrorMessage\"\s{0,3}:\s{0,3}\"Duplicate key|Failed to create all provided configurations",
        "dest.409",
    ),
    symptom("no readable token", "unable to parse the jwt", r"Unable to parse the JWT", "dest.401: malformed missing"),
    symptom(
        "destination not fetched",
        "failed to fetch|failed to load",
        r"Failed to fetch [^\n]{0,60}destination|Failed to load [^\n]{0,40}destination",
        "dest.401; dest.403; dest.404; dest.ui-load",
        Strength.WRAPPER,
    ),
    symptom(
        "the editor does not load",
        "load destinations|load the destinations|destinations editor|be loaded",
        r"(?:could not|cannot|unable to|failed to) load (?:the )?destinations"
        r"|destinations (?:could not|cannot) be loaded"
        r"|destinations editor[^\n]{0,60}"
        r"(?:empty|blank|spinning|loading|does not load)",
        "dest.ui-load",
    ),
)

ALL = (*CONNECTOR, *CHECKS, *DESTINATIONS, *TLS, *CONNECTION)
