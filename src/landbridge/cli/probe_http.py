"""`landbridge probe http`: what an HTTP target answers, and why it refuses."""

from __future__ import annotations

from landbridge.checks.manner import ALL_COOKIES, Framing, Manner
from landbridge.cli.asking import (
    Accept,
    Bearer,
    BodyFile,
    ContentType,
    Cookies,
    Csrf,
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
from landbridge.cli.options import DATA, AsJson, Data
from landbridge.cli.probing import (
    CertificateFile,
    HtmlFile,
    KeyFile,
    Location,
    PublicTrust,
    Seconds,
    Through,
    TrustFile,
    Where,
    addressed,
    probed,
    through,
)

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


def http(
    where: Where,
    login: Login = None,
    secret: SecretFile = None,
    bearer: Bearer = False,
    header: Headers = None,
    accept: Accept = "*/*",
    follow: Follow = False,
    sap_client: SapClient = "",
    csrf: Csrf = False,
    post: Post = False,
    cookies: Cookies = ALL_COOKIES,
    framing: How = Framing.LENGTH,
    body: BodyFile = None,
    content_type: ContentType = "",
    trust: TrustFile = None,
    public_trust: PublicTrust = False,
    certificate: CertificateFile = None,
    key: KeyFile = None,
    subaccount: Through = "",
    location: Location = "",
    data: Data = DATA,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    if subaccount:
        through(addressed(where, "http"), subaccount, location, timeout, data, as_json, html)
        return
    manner = Manner(
        accept=accept,
        headers=headers_of(header),
        follow=follow,
        sap_client=sap_client,
        csrf=csrf,
        cookies=cookies,
        body=body_of(body),
        content_type=content_type,
        framing=framing,
    )
    logon = logon_for(certificate, key, login, secret, bearer)
    probed(asking(where, "http", (trust, public_trust), logon, manner, post, timeout), as_json, html)
