"""The symptom dictionary for flows: what integration runtimes, mail servers, SFTP clients and senders write."""

from __future__ import annotations

from landbridge.checks.symptoms import Strength, symptom

TRANSFER = (
    symptom(
        "no host key is stored",
        "reject hostkey",
        r"reject HostKey: \S{1,260}",
        "outbound.sftp: hostkey-unknown hostkey-other-algorithm hostkey-name-form known-hosts-not-loaded",
    ),
    symptom(
        "the host key changed",
        "hostkey has been changed|remote host identification has changed",
        r"HostKey has been changed|REMOTE HOST IDENTIFICATION HAS CHANGED",
        "outbound.sftp: hostkey-changed",
    ),
    symptom(
        "no common algorithm",
        "algorithm negotiation fail|no matching ",
        r"Algorithm negotiation fail|no matching (?:key exchange|host key|cipher|MAC)",
        "outbound.sftp: algorithms key-signature",
    ),
    symptom(
        "SSH logon refused",
        "auth fail|auth cancel|userauth fail|invalid privatekey|permission denied (",
        r"\bAuth (?:fail|cancel)\b|USERAUTH fail|invalid privatekey|Permission denied \([a-z,-]{1,80}\)",
        "outbound.sftp: auth-password auth-key auth-dual backoff username-charset",
    ),
    symptom(
        "SFTP session trouble",
        "sftp://|session is down|closed by foreign host|socket is not established|cannot change directory"
        "|cannot list directory|[poll_failed]",
        r"Cannot connect to sftp://|session is down|Connection is closed by foreign host|socket is not established"
        r"|Cannot (?:change|list) directory|\[CAMEL\]\[IFLOW\]\[POLL_FAILED\]",
        "outbound.sftp: tcp closed-early directory disconnect-mid not-ssh socks",
        Strength.WRAPPER,
    ),
    symptom(
        "no connection to port 25",
        "couldn't connect to host, port",
        r"Couldn't connect to host, port: [^,\n]{1,260}, ?25;",
        "outbound.smtp-port: port-25-blocked no-port-given",
    ),
    symptom(
        "no connection to the mail server",
        "mailconnectexception|could not connect to smtp host",
        r"MailConnectException|Could not connect to SMTP host",
        "outbound.smtp-port: port-25-blocked ip-not-allowed dns on-premise",
    ),
    symptom(
        "STARTTLS does not fit",
        "starttls|could not convert socket to tls",
        r"STARTTLS is required|\b530\b[^\n]{0,40}STARTTLS|Could not convert socket to TLS",
        "outbound.smtp-port: protection-mismatch tls-trust",
    ),
    symptom(
        "mail logon refused",
        "535|authenticationfailedexception",
        r"(?<![\w.:-])535[ -](?:5\.\d{1,3}\.\d{1,3}|[^\n]{0,40}(?:auth|credential))|AuthenticationFailedException",
        "outbound.smtp-port: auth auth-mech",
    ),
    symptom(
        "mail refused",
        "smtpsendfailed|invalid addresses|550|552|553|554|530|534|538",
        r"SMTPSendFailedException|SendFailedException: Invalid Addresses"
        r"|(?<![\w.:-])(?:530|534|538|550|552|553|554)[ -]5\.\d{1,3}\.\d{1,3}\b",
        "outbound.smtp-port: sender-or-relay ip-not-allowed auth",
    ),
    symptom(
        "the mail step failed",
        "fsm integration sequential",
        r"FSM Integration Sequential Processing Failed",
        "outbound.smtp-port",
        Strength.WRAPPER,
    ),
)

SERVICES = (
    symptom(
        "SuccessFactors refused the login",
        "lgn00",
        r"\bLGN00\d\d\b",
        "outbound.sf-adapter: login-refused company-id; outbound.sf-webservice: login-refused login-fault",
    ),
    symptom(
        "the session is gone",
        "invalid sfapi session|sess_inval|invalid_session|invalid session",
        r"Invalid SFAPI session|SESS_INVAL|INVALID_SESSION",
        "outbound.sf-adapter: session-reuse-none session-idle session-shared; outbound.sf-webservice:"
        " session-reuse-none session-idle session-shared cookie-lost",
    ),
    symptom(
        "unknown entity or property",
        "coe_",
        r"\bCOE_(?:ENTITY|PROPERTY)_NOT_FOUND\b|\bCOE_\w{1,60}",
        "outbound.sf-adapter: query",
    ),
    symptom(
        "the SuccessFactors call failed",
        "invoking successfactors web",
        r"Problem during invoking SuccessFactors Web ?service",
        "outbound.sf-webservice",
        Strength.WRAPPER,
    ),
    symptom(
        "conversion failed",
        "osciexception|conversionexception|odataprocessingexception|edmsimpletype|entityproviderexc|urinotmatching",
        r"OsciException|(?<!Type)ConversionException|ODataProcessingException|EdmSimpleTypeException"
        r"|EntityProviderException|UriNotMatchingException",
        "outbound.osci-conversion",
        Strength.WRAPPER,
    ),
)

SENDERS = (
    symptom(
        "the certificate is not in the channel's list",
        "accepted subjectandissuers",
        r"accepted subjectAndIssuers list",
        "inbound.http-403: dn-not-listed dn-format issuer-changed not-redeployed; inbound.authz-check: dn-not-listed"
        " dn-format issuer-changed not-redeployed",
    ),
    symptom(
        "a session token is required",
        "x-csrf-token|csrf token validation",
        r"x-csrf-token[\"']?\s{0,3}[:=]\s{0,3}[\"']?required|CSRF token validation failed",
        "outbound.csrf-403; inbound.http-403: csrf",
    ),
    symptom(
        "the caller lacks a scope or role",
        "insufficient_scope|authorization check failed|not authorized to call",
        r"insufficient_scope|Authorization check failed|not authorized to call",
        "inbound.authz-check; inbound.http-403: role-missing custom-role-mismatch token-scope; dest.403: scope-lacking",
    ),
    symptom(
        "the sender was not authenticated",
        "icm_http_unauthorized|xsuaa could not authenticate|password_locked",
        r"ICM_HTTP_UNAUTHORIZED|XSUAA could not authenticate|password_locked",
        "inbound.http-401",
    ),
    symptom(
        "OAuth refused",
        "invalid_client|invalid_token|unauthorized_client|invalid_grant",
        r"\binvalid_(?:client|token|grant)\b|\bunauthorized_client\b",
        "outbound.http-401: oauth-token-fetch oauth-stale; inbound.http-401: token-expired token-foreign"
        " wrong-service-key",
    ),
    symptom(
        "the capability is not active",
        "not active for this|not active for this subaccount",
        r"not active for this sub-?account",
        "inbound.not-active",
    ),
    symptom(
        "no such endpoint",
        "no service was found|icm_http",
        r"No service was found|ICM_HTTP[^\n]{0,60}\b404\b",
        "inbound.http-404",
    ),
    symptom(
        "a signature over the date failed",
        "signaturedoesnotmatch|requesttimetooskewed|date header|x-amz-date|x-ms-date|including the signature",
        r"SignatureDoesNotMatch|RequestTimeTooSkewed|(?:missing|invalid|requires?|no)[^\n]{0,40}\bdate header"
        r"|\bdate header[^\n]{0,60}(?:incorrect|too old|missing|invalid|required|out of)"
        r"|formed correctly including the signature|\bx-(?:ms|amz)-date\b[^\n]{0,60}(?:header|date)",
        "outbound.date-header",
    ),
    symptom("the length is missing", "length required", r"\bLength Required\b", "outbound.http-411"),
)

ALL = (*TRANSFER, *SERVICES, *SENDERS)
