"""Texts as programs write them: for each failure at least one that leads to it, and texts that must lead nowhere."""

from __future__ import annotations

JAVA_TRUST = """\
org.apache.camel.CamelExecutionException: Exception occurred during execution on the exchange
	at org.apache.camel.CamelExecutionException.wrapCamelExecutionException(CamelExecutionException.java:45)
Caused by: javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.\
SunCertPathBuilderException: unable to find valid certification path to requested target
	at java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)
	... 17 more
"""

SAMPLES: tuple[tuple[str, str], ...] = (
    (
        "inbound.cert-validity",
        "ssl.SSLError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required",
    ),
    ("inbound.cert-validity", "javax.net.ssl.SSLException: Received fatal alert: certificate_expired"),
    ("inbound.cert-validity", "javax.net.ssl.SSLHandshakeException: Received fatal alert: unknown_ca"),
    ("inbound.peer-cert-untrusted", "SSL_get_state() failed: SSSLERR_PEER_CERT_UNTRUSTED (-102), ICM_HTTP_SSL_ERROR"),
    ("inbound.icm-connection-failed", "HTTP communication failure: ICM_HTTP_CONNECTION_FAILED, NIECONN_REFUSED (-10)"),
    ("inbound.icm-connection-failed", "Error: getaddrinfo ENOTFOUND tenant.example.test"),
    ("inbound.http-401", "SOAP:1.007 SRT: HTTP status 401, ICM_HTTP_UNAUTHORIZED"),
    (
        "inbound.http-403",
        "Subject and issuer of the certificate is not contained in the accepted subjectAndIssuers list",
    ),
    ("inbound.http-403", "HTTP/1.1 403 Forbidden\r\nX-CSRF-Token: Required\r\n\r\n"),
    ("inbound.http-404", "HTTP/1.1 404 Not Found\n\nNo service was found."),
    ("inbound.not-reaching", "java.io.IOException: Broken pipe"),
    ("inbound.not-reaching", "org.eclipse.jetty.io.EofException: Remotely closed"),
    ("inbound.authz-check", 'WWW-Authenticate: Bearer error="insufficient_scope"'),
    (
        "inbound.srt-ping",
        "SRT Framework exception: error when calling SOAP Runtime functions: Connection to partner broken",
    ),
    ("inbound.srt-ping", '10.0.0.1 - - [21/Nov/2025:10:00:00] "HEAD /cxf/Orders HTTP/1.1" 405 0'),
    ("inbound.not-active", "Cloud Integration is not active for this subaccount"),
    ("outbound.date-header", "<Error><Code>SignatureDoesNotMatch</Code><Message>see the date</Message></Error>"),
    ("outbound.cert-path", JAVA_TRUST),
    (
        "outbound.cert-path",
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)",
    ),
    (
        "outbound.cert-path",
        "java.security.cert.CertificateException: No subject alternative DNS name matching erp.test found.",
    ),
    ("outbound.cert-path", "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"),
    (
        "outbound.http-401",
        "HTTP response '401: Unauthorized' when communicating with https://erp.example.test/sap/404/x",
    ),
    ("outbound.http-401", "HTTP operation failed invoking https://erp.example.test/x with statusCode: 401"),
    ("outbound.http-401", "com.sap.gateway.core.ip.component.odata.exception: Unauthorized : 401 : HTTP/1.1"),
    (
        "outbound.osci-conversion",
        "com.sap.gateway.core.ip.component.odata.exception.OsciException: Bad Request : 400 : HTTP/1.1",
    ),
    ("outbound.smtp-port", "FSM Integration Sequential Processing Failed"),
    (
        "outbound.smtp-port",
        "com.sun.mail.util.MailConnectException: Couldn't connect to host, port: mail.example.test, 25; timeout 30000",
    ),
    ("outbound.smtp-port", "javax.mail.AuthenticationFailedException: 535 5.7.8 Authentication credentials invalid"),
    ("outbound.smtp-port", "530 5.7.0 Must issue a STARTTLS command first"),
    ("outbound.sftp", "com.jcraft.jsch.JSchException: reject HostKey: sftp.example.test"),
    ("outbound.sftp", "com.jcraft.jsch.JSchException: HostKey has been changed: sftp.example.test"),
    ("outbound.sftp", 'JSchAlgoNegoFailException: Algorithm negotiation fail: algorithmName="server_host_key"'),
    ("outbound.sftp", "Cannot connect to sftp://user@sftp.example.test:22\nCaused by: JSchException: Auth fail"),
    ("outbound.sf-adapter", '{"error":{"code":"LGN0008","message":"Company not found"}}'),
    ("outbound.sf-adapter", "com.successfactors.exception: Invalid SFAPI session"),
    (
        "outbound.sf-webservice",
        "Problem during invoking SuccessFactors Web service\nCaused by: SOAPFault: INVALID_SESSION: Invalid session",
    ),
    ("outbound.http-503", "HTTP response '503: Service Unavailable' when communicating with http://erp.virtual:80/"),
    (
        "outbound.http-403-onprem",
        "Access denied to resource /sap/x on system erp.virtual:80. In case this was a valid request, ensure to expose"
        " the resource correctly in your cloud connector.",
    ),
    ("outbound.http-403-onprem", "HTTP response '403: Forbidden' when communicating with http://erp.virtual:80/sap/x"),
    ("outbound.csrf-403", "HTTP/1.1 403 Forbidden\nx-csrf-token: Required\n\nCSRF token validation failed"),
    ("outbound.http-411", "HTTP/1.1 411 Length Required\nConnection: close"),
    (
        "conn.503",
        "There is no SAP Cloud Connector (SCC) connected to your subaccount matching the requested tunnel for"
        " subaccount '0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0' and SCC location ID ''. Check the"
        " configuration on SCC and cloud side.",
    ),
    ("conn.503", "No tunnels subscribed for tunnelId 'account:///acme'"),
    ("conn.502", "502 Bad Gateway: Unable to open connection to backend system erp.virtual:80. Connection refused."),
    ("conn.401", "SSO token validation failed. Check the trust configuration in your cloud connector."),
    ("conn.401", "[Thr 140] HttpModGetDefRules: Intermediary not trusted"),
    (
        "conn.403",
        "Access denied to system erp.virtual:443. In case this was a valid request, ensure to expose the system"
        " correctly in your cloud connector.",
    ),
    ("conn.407", "HTTP/1.1 407 Proxy Authentication Required\n\nMissing or empty header: proxy-authorization"),
    ("conn.timeout-noconn", "java.net.SocketTimeoutException: Read timed out"),
    ("conn.timeout-latency", "HTTP/1.1 504 Gateway Timeout"),
    ("conn.timeout-backend", "aiohttp.ServerTimeoutError: Read timed out, TimeoutError"),
    ("dest.401", "GET https://d.example.test/destination-configuration/v1/destinations/ERP status: 401"),
    (
        "dest.403",
        'GET https://d.example.test/destination-configuration/v1/subaccountDestinations "HTTP/1.1 403 Forbidden"',
    ),
    ("dest.404", '{"ErrorMessage":"Configuration with the specified name was not found"}'),
    ("dest.404", "Error: Failed to fetch subaccount destination. AxiosError: Request failed with status code 404"),
    ("dest.409", 'HTTP/1.1 409 Conflict\n\n{"ErrorMessage":"Duplicate key"}'),
    ("dest.ui-load", "Could not load destinations"),
    ("check.2xx3xx", 'Connection to "ERP" established. Response returned: "302: Found"'),
    ("check.2xx3xx", '{"destinationConfiguration":{},"authTokens":[{"type":"","value":"","error":"no token"}]}'),
    ("check.4xx", 'Connection to "ERP" established. Response returned: "404: Not Found"'),
    ("check.5xx", 'Response returned: "500: Internal Server Error"'),
    ("avail.undetermined", "Backend status could not be determined."),
    ("avail.no-mapping", "Backend is not available in the list of defined system mappings in Cloud Connector."),
    ("avail.resource-or-backend", "Resource is not accessible in Cloud Connector or backend is not reachable."),
    ("avail.backend-unreachable", "Backend is not reachable from Cloud Connector."),
    ("avail.private-endpoint", "Connection refused by policy: private endpoint 127.0.0.1 is not allowed"),
)

HARMLESS = (
    "AGF0401aB401403503cD_e411",
    "MPL id AF401b-401-x, order 4500000401 created",
    "Order 401 was shipped with invoice 403 and parcel 404",
    "Order status 401 reached",
    '<Document type="certificate"><Text>The quality certificate has expired</Text></Document>',
    '{"attachment": "certificate.pdf", "note": "certificate is not yet valid for the fair"}',
    "GET https://shop.example.test/404/index.html HTTP/1.1",
    '10.0.0.1 - - "GET /errors/404/ HTTP/1.1" 200 512',
    '10.0.0.1 - - "GET /503 HTTP/1.1" 204 0',
    "listening on port 5035",
    "connected to 10.0.0.5:5350 and 10.0.0.5:535",
    "Der Zugriff wurde verweigert, das Zertifikat ist abgelaufen",
    "Accès refusé: certificat expiré",
    "took 401 ms, 403 rows, 411 bytes, 503 hits",
    "request 550e8400-e29b-41d4-a716-446655440407 done",
    "the meeting with the auth team failed to find a date",
    "authTokens",
    "",
)
