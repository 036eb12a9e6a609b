"""The symptom dictionary for clients that people try things with: curl, browsers, .NET, Node, Python, Go, OpenSSH.

Their codes and names of errors, which are the same in every language.
"""

from __future__ import annotations

from landbridge.checks.symptoms import Strength, symptom

_TRUST = (
    "outbound.cert-path: root-missing intermediate-not-sent self-signed inspection-proxy;"
    " inbound.peer-cert-untrusted: root-missing our-chain-incomplete tls-inspection"
)

CERTIFICATES = (
    symptom(
        "a client does not trust the chain",
        "err_|sec_error_|mozilla_pkix_error|partialchain|untrustedroot|remotecertificate|curl: (|invalid peer cert",
        r"ERR_CERT_AUTHORITY_INVALID|SEC_ERROR_UNKNOWN_ISSUER|MOZILLA_PKIX_ERROR_\w{1,40}"
        r"|\b(?:PartialChain|UntrustedRoot|RemoteCertificateChainErrors)\b|curl: \(60\)|invalid peer certificate",
        _TRUST,
    ),
    symptom(
        "a client misses its host among the names",
        "err_|ssl_error_|remotecertificate|curl: (|doesn't match|does not match target|x509: cert|notvalidforname",
        r"ERR_CERT_COMMON_NAME_INVALID|SSL_ERROR_BAD_CERT_DOMAIN|RemoteCertificateNameMismatch|curl: \(51\)"
        r"|x509: certificate is valid for [^\n]{1,300}, not |does not match target host name|NotValidForName"
        r"|hostname [^\n]{1,260} doesn't match|doesn't match any of the subject alternative names",
        "outbound.cert-path: name; inbound.peer-cert-untrusted: name-mismatch",
    ),
    symptom(
        "a client says that a date is wrong",
        "err_|sec_error_|nottimevalid|x509: cert",
        r"ERR_CERT_DATE_INVALID|SEC_ERROR_EXPIRED_\w{1,40}|\bNotTimeValid\b"
        r"|x509: certificate has expired or is not yet",
        "outbound.cert-path: expired not-yet-valid; inbound.peer-cert-untrusted: expired not-yet-valid",
    ),
    symptom(
        "a server does not take a client's certificate",
        "err_|curl: (|ssl_error_",
        r"ERR_(?:BAD_)?SSL_CLIENT_AUTH_\w{1,40}|curl: \(58\)|SSL_ERROR_(?:BAD_CERT|HANDSHAKE_FAILURE)_ALERT"
        r"|SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT",
        "inbound.cert-validity: none-sent chain-incomplete ca-unsupported client-expired;"
        " outbound.cert-path: client-cert-needed",
    ),
    symptom(
        "a client cannot agree on TLS",
        "err_|ssl_error_|eproto|first record does not look like",
        r"ERR_SSL_VERSION_OR_CIPHER_MISMATCH|ERR_SSL_PROTOCOL_ERROR|SSL_ERROR_(?:RX_RECORD_TOO_LONG|UNSUPPORTED_VERSION"
        r"|NO_CYPHER_OVERLAP)|\bEPROTO\b|first record does not look like a TLS handshake",
        "outbound.cert-path: plain-port starttls-port weak-algorithm; inbound.peer-cert-untrusted: protocol-or-closed",
    ),
    symptom(
        "a client gave up on TLS",
        "remote certificate is invalid|ssl connection could not be established|remote certificate was rejected",
        r"remote certificate (?:is invalid|was rejected)|SSL connection could not be established",
        "outbound.cert-path; inbound.peer-cert-untrusted",
        Strength.WRAPPER,
    ),
)

_REFUSED = "inbound.icm-connection-failed: refused proxy-wrong; conn.502: backend-down; check.5xx: no-answer"

NETWORK = (
    symptom(
        "a client does not find the name",
        "curl: (|could not resolve|resolve host|err_|no such host|could not be resolved|socketexception ("
        "|failed to resolve|nameresolution|getaddrinfo failed",
        r"curl: \(6\)|Could not resolve host|unable to resolve host|ERR_NAME_NOT_RESOLVED|\bno such host\b"
        r"|remote name could not be resolved"
        r"|SocketException \((?:0x[0-9A-Fa-f]{1,8}, )?11001\)|NameResolution(?:Error|Failure)|failed to resolve '"
        r"|getaddrinfo failed",
        "inbound.icm-connection-failed: dns; conn.502: internal-dns; outbound.smtp-port: dns; check.5xx: no-answer",
    ),
    symptom(
        "a client does not find the proxy",
        "curl: (|could not resolve|err_|unable to connect to proxy",
        r"curl: \(5\)|Could not resolve proxy|ERR_(?:PROXY|TUNNEL)_CONNECTION_FAILED|Unable to connect to proxy",
        "inbound.icm-connection-failed: proxy-wrong",
    ),
    symptom(
        "nobody answered a client's connect",
        "socketexception (|did not properly respond|err_|timed out|connecttimeout|i/o timeout",
        r"SocketException \((?:0x[0-9A-Fa-f]{1,8}, )?10060\)|did not properly respond after a period of time"
        r"|ERR_CONNECTION_TIMED_OUT|dial tcp [^\n]{1,260} i/o timeout|ConnectTimeout\b"
        r"|\bconnect(?:ing)?\b[^\n]{1,160}: Connection timed out",
        "inbound.icm-connection-failed: filtered proxy-needed; conn.502: on-premise-firewall;"
        " outbound.smtp-port: port-25-blocked; outbound.sftp: tcp",
    ),
    symptom(
        "a client's connection was refused",
        "socketexception (|actively refused|err_|curl: (",
        r"SocketException \((?:0x[0-9A-Fa-f]{1,8}, )?10061\)|actively refused|ERR_CONNECTION_REFUSED|curl: \(7\)",
        _REFUSED,
        Strength.VAGUE,
    ),
    symptom(
        "a client ran out of time",
        "curl: (|ms exceeded|econnaborted|deadline exceeded|httpclient.timeout|err_|readtimeout|timed out",
        r"curl: \(28\)|timeout of \d{1,9} ?ms exceeded|\bECONNABORTED\b|context deadline exceeded|HttpClient\.Timeout"
        r"|ERR_TIMED_OUT|UND_ERR_\w{0,20}TIMEOUT|ReadTimeout\b|operation has timed out",
        "conn.timeout-backend; conn.timeout-latency; conn.timeout-noconn; inbound.icm-connection-failed: filtered",
        Strength.VAGUE,
    ),
    symptom(
        "a client's connection ended early",
        "socketexception (|forcibly closed|err_|curl: (|remotedisconnected",
        r"SocketException \((?:0x[0-9A-Fa-f]{1,8}, )?10054\)|forcibly closed by the remote host"
        r"|ERR_CONNECTION_(?:RESET|CLOSED)|ERR_EMPTY_RESPONSE|curl: \((?:52|56)\)|RemoteDisconnected",
        "inbound.not-reaching: no-edge-connection tls-not-finished framing client-timeout;"
        " inbound.icm-connection-failed: broken-later; conn.502: closed-early",
        Strength.VAGUE,
    ),
)

SHELL = (
    symptom(
        "an SSH client does not know the key",
        "host key verification failed|hostkeynotverifiable|host key is not trusted|not found in known_hosts"
        "|authenticity of host|no hostkey for host|knownhosts:",
        r"HostKeyNotVerifiable|Host key is not trusted|not found in known_hosts|authenticity of host '"
        r"|No hostkey for host|Host key verification failed|knownhosts: key is unknown",
        "outbound.sftp: hostkey-unknown hostkey-changed hostkey-name-form hostkey-other-algorithm",
        Strength.WRAPPER,
    ),
    symptom(
        "an SSH client sees another key",
        "badhostkeyexception|host key for server|potential security breach|knownhosts:",
        r"BadHostKeyException|Host key for server [^\n]{1,260} does not match|POTENTIAL SECURITY BREACH"
        r"|knownhosts: key mismatch",
        "outbound.sftp: hostkey-changed",
    ),
    symptom(
        "an SSH client finds nothing in common",
        "unable to negotiate|incompatiblepeer|incompatible ssh peer|keyexchangefailed|couldn't agree",
        r"Unable to negotiate with|IncompatiblePeer|Incompatible ssh peer|KeyExchangeFailed"
        r"|Couldn't agree a (?:key exchange|host key|client-to-server cipher)",
        "outbound.sftp: algorithms key-signature",
    ),
    symptom(
        "an SSH client is not let in",
        "configured authentication methods failed|no supported authentication methods|server refused our key"
        "|asyncssh.misc.permissiondenied|ssh_exception.authentication|too many authentication failures"
        "|ssh: unable to authenticate",
        r"All configured authentication methods failed|No supported authentication methods available"
        r"|Server refused our key|asyncssh\.misc\.PermissionDenied|ssh_exception\.(?:Bad)?Authentication\w{0,30}"
        r"|Too many authentication failures|ssh: unable to authenticate",
        "outbound.sftp: auth-password auth-key auth-dual username-charset",
    ),
    symptom(
        "an SSH client is closed out",
        "_exchange_identification|ssh protocol banner|waiting for handshake|unexpectedly closed network"
        "|protocol mismatch|maxstartups|invalid ssh identification|banner line contains invalid",
        r"(?:kex|ssh)_exchange_identification|Error reading SSH protocol banner|Timed out while waiting for handshake"
        r"|unexpectedly closed network connection|Exceeded MaxStartups|Protocol mismatch"
        r"|[Ii]nvalid (?:SSH )?identification string|banner line contains invalid characters",
        "outbound.sftp: closed-early not-ssh tcp",
    ),
)

MAIL = (
    symptom(
        "a mail client is not let in",
        "smtpauthenticationerror|invalid login:|eauth|535|smtp server requires|5.7.57",
        r"SMTPAuthenticationError|Invalid login: 5\d\d|\bEAUTH\b|535,? ?b?['\"]?5\.7\.\d"
        r"|SMTP server requires a secure connection|(?<![\w.])5\.7\.57\b",
        "outbound.smtp-port: auth auth-mech",
    ),
    symptom(
        "a mail client's addresses are refused",
        "srefused|senderrefused|eenvelope",
        r"SMTP(?:Recipients|Sender)Refused|\bEENVELOPE\b",
        "outbound.smtp-port: sender-or-relay",
    ),
    symptom(
        "a mail client is not taken",
        "smtpserverdisconnected|smtpconnecterror|smtpnotsupportederror|starttls extension not supported",
        r"SMTPServerDisconnected|SMTPConnectError|SMTPNotSupportedError|STARTTLS extension not supported",
        "outbound.smtp-port: protection-mismatch ip-not-allowed",
    ),
)

ALL = (*CERTIFICATES, *NETWORK, *SHELL, *MAIL)
