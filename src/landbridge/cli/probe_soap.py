"""`landbridge probe soap`: whether an endpoint speaks SOAP."""

from __future__ import annotations

from landbridge.checks.manner import Framing, Manner
from landbridge.cli.asking import (
    Bearer,
    BodyFile,
    Follow,
    Headers,
    How,
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

HELP = """Ask a SOAP endpoint for its description, and on request send it a message without an operation.

\b
Examples:
  landbridge probe soap https://erp.example.com/sap/bc/srt/orders --login shop --secret-file password.txt \\
      --trust authorities.pem
  landbridge probe soap https://erp.example.com/sap/bc/srt/orders?wsdl --public-trust
  landbridge probe soap http://erp.example.com/soap/orders --post

With --post an empty message is sent, or the one in --body; a fault in return means that something speaks SOAP there.
Many endpoints that work refuse HEAD with 405: that is shown, and is no finding.
"""


@spread
def soap(
    where: Where,
    login: Login = None,
    secret: SecretFile = None,
    bearer: Bearer = False,
    header: Headers = None,
    follow: Follow = False,
    sap_client: SapClient = "",
    post: Post = False,
    body: BodyFile = None,
    framing: How = Framing.LENGTH,
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
        body=body_of(body),
        framing=framing,
    )
    logon = logon_for(judging.logon, login, secret, bearer)
    scene = asking(where, "soap", judging.anchors, logon, manner, post=post, seconds=telling.timeout)
    looked(scene, addressed(where, "http"), behind, telling)
