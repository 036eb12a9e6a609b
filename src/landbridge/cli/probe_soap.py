"""`landbridge probe soap`: whether an endpoint speaks SOAP."""

from __future__ import annotations

from dataclasses import replace

from landbridge.checks.manner import Framing
from landbridge.cli.asking import Asker, How, Post, asking
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
    post: Post = False,
    framing: How = Framing.LENGTH,
    *,
    asker: Asker,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    manner = replace(
        asker.manner,
        framing=framing,
    )
    logon = asker.logged_on(judging.logon)
    scene = asking(where, "soap", judging.anchors, logon, manner, post=post, seconds=telling.timeout)
    looked(scene, addressed(where, "http"), behind, telling)
