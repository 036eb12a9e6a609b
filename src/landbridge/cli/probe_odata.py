"""`landbridge probe odata`: whether a service speaks OData and gives its metadata."""

from __future__ import annotations

from landbridge.checks.manner import ALL_COOKIES, Framing, Manner
from landbridge.cli.asking import (
    Bearer,
    BodyFile,
    ContentType,
    Cookies,
    Csrf,
    Follow,
    Headers,
    Login,
    Post,
    SapClient,
    SecretFile,
    asking,
    body_of,
    headers_of,
    logon_for,
)
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
    login: Login = None,
    secret: SecretFile = None,
    bearer: Bearer = False,
    header: Headers = None,
    follow: Follow = False,
    sap_client: SapClient = "",
    csrf: Csrf = False,
    post: Post = False,
    cookies: Cookies = ALL_COOKIES,
    body: BodyFile = None,
    content_type: ContentType = "application/json",
    *,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    manner = Manner(
        headers=headers_of(header),
        follow=follow,
        sap_client=sap_client,
        csrf=csrf,
        cookies=cookies,
        body=body_of(body),
        content_type=content_type,
        framing=Framing.LENGTH,
    )
    logon = logon_for(judging.logon, login, secret, bearer)
    scene = asking(where, "odata", judging.anchors, logon, manner, post=post, seconds=telling.timeout)
    looked(scene, addressed(where, "http"), behind, telling)
