"""`landbridge probe odata`: whether a service speaks OData and gives its metadata."""

from __future__ import annotations

from dataclasses import replace

from landbridge.checks.manner import ALL_COOKIES
from landbridge.cli.asking import Asker, ContentType, Cookies, Csrf, Post, asking
from landbridge.cli.probe_options import Behind, Judging, Telling, looked
from landbridge.cli.probing import Where, addressed
from landbridge.cli.spread import spread

HELP = """Ask an OData service for its service document and its metadata, without a logon and with it.

\b
Examples:
  landbridge probe odata https://erp.example.com/sap/opu/odata/sap/ORDERS --login shop --secret-file password.txt \\
      --trust authorities.pem
  landbridge probe odata https://services.example.com/V4/orders/ --public-trust
  landbridge probe odata http://erp.example.com/odata/orders --csrf

Tells V2 from V4, metadata that are refused while the service is not, and pages that come instead of data.
"""


@spread
def odata(
    where: Where,
    csrf: Csrf = False,
    post: Post = False,
    cookies: Cookies = ALL_COOKIES,
    content_type: ContentType = "application/json",
    *,
    asker: Asker,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    manner = replace(
        asker.manner,
        csrf=csrf,
        cookies=cookies,
        content_type=content_type,
    )
    logon = asker.logged_on(judging.logon)
    scene = asking(where, "odata", judging.anchors, logon, manner, post=post, seconds=telling.timeout)
    looked(scene, addressed(where, "http"), behind, telling)
