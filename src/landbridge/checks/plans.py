"""Which probes are made for which kind of target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.checks import http_plans
from landbridge.checks.http.url import PORTS
from landbridge.checks.probe import Probe
from landbridge.checks.probes import (
    address,
    elsewhere,
    issuers,
    ldap,
    mail,
    mail_ports,
    own_certificate,
    proxy,
    sender,
    ssh_keys,
    ssh_logon,
    ssh_server,
    tls,
    trust,
)
from landbridge.checks.probes.imap import Imap
from landbridge.checks.probes.pop3 import Pop3
from landbridge.checks.probes.smtp import Smtp


@dataclass(frozen=True, slots=True)
class Plan:
    """The probes for one kind of target, each after those that it needs.

    port    where such targets are, when nobody says otherwise; for all schemes, or by scheme
    schemes  of their URLs, the usual one first
    """

    protocol: str
    port: int | Mapping[str, int]
    probes: tuple[Probe, ...]
    schemes: tuple[str, ...] = ()


_WAY = (trust.TRUST, address.NAME, address.TCP)

_TLS = (
    own_certificate.OWN,
    tls.TLS,
    tls.TLS_WITHOUT_NAME,
    tls.TLS_WITH_NAME,
    tls.TLS_NEWEST,
    tls.PLAIN,
    issuers.ISSUERS,
    issuers.OWN_ISSUERS,
    elsewhere.ELSEWHERE,
    proxy.PROXY,
    proxy.TLS_THROUGH_PROXY,
    sender.SENDER,
)
_SSH = (address.NAME, address.TCP, ssh_server.SERVER, ssh_keys.KEYS, ssh_keys.KNOWN, ssh_logon.METHODS, ssh_logon.LOGIN)

PLANS: Mapping[str, Plan] = {
    plan.protocol: plan
    for plan in (
        Plan("tls", 443, (*_WAY, *_TLS), ("tls", "https")),
        Plan("http", PORTS, http_plans.HTTP, http_plans.SCHEMES),
        Plan("odata", PORTS, http_plans.ODATA, http_plans.SCHEMES),
        Plan("soap", PORTS, http_plans.SOAP, http_plans.SCHEMES),
        Plan("oauth", PORTS, http_plans.OAUTH, http_plans.SCHEMES),
        Plan("smtp", 25, (*_WAY, mail_ports.BESIDE, *mail.talking(Smtp())), ("smtp", "smtps")),
        Plan("imap", 143, (*_WAY, *mail.talking(Imap())), ("imap", "imaps")),
        Plan("pop3", 110, (*_WAY, *mail.talking(Pop3())), ("pop3", "pop3s")),
        Plan("ssh", 22, _SSH, ("ssh", "sftp")),
        Plan("sftp", 22, _SSH, ("sftp", "ssh")),
        Plan("ldap", 389, (*_WAY, ldap.DIALOG, ldap.LOGON), ("ldap", "ldaps")),
    )
}
