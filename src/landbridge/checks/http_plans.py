"""The probes for targets over HTTP. TLS is looked at where the URL says https."""

from __future__ import annotations

from dataclasses import replace

from landbridge.checks.http.url import is_secure
from landbridge.checks.probe import Probe
from landbridge.checks.probes import address, csrf, http, oauth, odata, post, soap, tls, trust

SCHEMES = ("https", "http")

_PLAIN = replace(tls.PLAIN, wanted=lambda scene: is_secure(scene.target))
WAY = (trust.TRUST, address.NAME, address.TCP, replace(tls.TLS, ready=http.secure_only), _PLAIN)
"""As far as the first request."""
HTTP: tuple[Probe, ...] = (*WAY, http.ANSWER, http.AGAIN, http.LOGON, csrf.CSRF, post.POST)
ODATA: tuple[Probe, ...] = (*WAY, odata.ANSWER, odata.LOGON, odata.METADATA, csrf.CSRF, post.POST)
SOAP: tuple[Probe, ...] = (*WAY, soap.HEAD, soap.ANSWER, soap.LOGON, soap.MESSAGE)
OAUTH: tuple[Probe, ...] = (*WAY, oauth.TOKEN)
