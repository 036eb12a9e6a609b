"""`landbridge probe http`: what an HTTP target answers, and why it refuses."""

from __future__ import annotations

from dataclasses import replace

from landbridge.checks.manner import ALL_COOKIES, Framing
from landbridge.cli.asking import Accept, Asker, ContentType, Cookies, Csrf, How, Post, asking
from landbridge.cli.probe_options import Behind, Judging, Telling, or_by_connector
from landbridge.cli.probing import Where, probed
from landbridge.cli.spread import spread

HELP = """Ask an HTTP target as a client would: without a logon, with it, and on request with a POST.

\b
Examples:
  landbridge probe http https://erp.example.com/sap/opu/odata/orders --public-trust
  landbridge probe http https://erp.example.com/orders --login shop --secret-file password.txt --trust authorities.pem
  landbridge probe http https://api.example.com/orders --accept application/json --follow
  landbridge probe http https://erp.example.com/orders --csrf --post --login shop --secret-file password.txt \\
      --trust authorities.pem
  landbridge probe http http://erp.example.com/orders --post --framing none

HEAD comes first, then GET where HEAD says nothing. --csrf, --cookies and --framing say how the client behaves that
fails: the POST is made in its way, and where it is refused, in other ways too, until one of them tells why. A secret
goes to the target only, and only where its certificate is trusted; it is never shown.
"""


@spread
@or_by_connector("http")
def http(
    where: Where,
    accept: Accept = "*/*",
    csrf: Csrf = False,
    post: Post = False,
    cookies: Cookies = ALL_COOKIES,
    framing: How = Framing.LENGTH,
    content_type: ContentType = "",
    *,
    asker: Asker,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    manner = replace(
        asker.manner,
        accept=accept,
        csrf=csrf,
        cookies=cookies,
        content_type=content_type,
        framing=framing,
    )
    logon = asker.logged_on(judging.logon)
    scene = asking(where, "http", judging.anchors, logon, manner, post=post, seconds=telling.timeout)
    probed(scene, telling.as_json, telling.html)
