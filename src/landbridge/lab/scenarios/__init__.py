"""All scenarios, a module for each failure."""

from __future__ import annotations

from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios import (
    avail,
    avail_private,
    conn_403,
    conn_407,
    conn_502,
    conn_503,
    conn_timeouts,
    healthy_mail,
    healthy_on_premise,
    healthy_ssh,
    healthy_tls,
    http_healthy,
    http_logons,
    http_sessions,
    http_statuses,
    inbound_icm_connection_failed,
    inbound_peer_cert_untrusted,
    mailboxes_and_directories,
    outbound_cert_path,
    outbound_sftp,
    outbound_smtp_port,
    rotated,
)

SCENARIOS: tuple[Scenario, ...] = (
    *inbound_peer_cert_untrusted.SCENARIOS,
    *inbound_icm_connection_failed.SCENARIOS,
    *outbound_cert_path.SCENARIOS,
    *http_logons.SCENARIOS,
    *http_sessions.SCENARIOS,
    *http_statuses.SCENARIOS,
    *outbound_sftp.SCENARIOS,
    *rotated.SCENARIOS,
    *outbound_smtp_port.SCENARIOS,
    *healthy_tls.SCENARIOS,
    *http_healthy.SCENARIOS,
    *conn_503.SCENARIOS,
    *conn_403.SCENARIOS,
    *conn_502.SCENARIOS,
    *conn_407.SCENARIOS,
    *conn_timeouts.SCENARIOS,
    *avail.SCENARIOS,
    *avail_private.SCENARIOS,
    *healthy_on_premise.SCENARIOS,
    *healthy_ssh.SCENARIOS,
    *healthy_mail.SCENARIOS,
    *mailboxes_and_directories.SCENARIOS,
)
