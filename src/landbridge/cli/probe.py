"""`landbridge probe ...`: the group."""

from __future__ import annotations

import typer

from landbridge.cli import (
    probe_http,
    probe_imap,
    probe_ldap,
    probe_oauth,
    probe_odata,
    probe_pop3,
    probe_sftp,
    probe_smtp,
    probe_soap,
    probe_ssh,
    probe_tls,
    probe_via,
)

HELP = """Measure the way to a system, layer by layer, and name what stands in it. No destination is needed.

\b
Examples:
  landbridge probe tls erp.example.com
  landbridge probe tls erp.example.com:8443 --trust authorities.pem
  landbridge probe http https://erp.example.com/orders --login shop --secret-file password.txt --public-trust
  landbridge probe smtp mail.example.com:587 --public-trust
  landbridge probe sftp files.example.com --known-hosts known_hosts
  landbridge probe via http://erp.virtual:80/sap --subaccount acme
  landbridge probe smtp mail.virtual:587 --subaccount acme --location plant-1

Nothing is trusted that was not given. Ends with 0 when nothing was found, with 50 when something was.
"""

app = typer.Typer(name="probe", help=HELP, no_args_is_help=True, rich_markup_mode=None)
app.command("tls", help=probe_tls.HELP)(probe_tls.tls)
app.command("http", help=probe_http.HELP)(probe_http.http)
app.command("oauth", help=probe_oauth.HELP)(probe_oauth.oauth)
app.command("odata", help=probe_odata.HELP)(probe_odata.odata)
app.command("soap", help=probe_soap.HELP)(probe_soap.soap)
app.command("smtp", help=probe_smtp.HELP)(probe_smtp.smtp)
app.command("imap", help=probe_imap.HELP)(probe_imap.imap)
app.command("pop3", help=probe_pop3.HELP)(probe_pop3.pop3)
app.command("ssh", help=probe_ssh.HELP)(probe_ssh.ssh)
app.command("sftp", help=probe_sftp.HELP)(probe_sftp.sftp)
app.command("ldap", help=probe_ldap.HELP)(probe_ldap.ldap)
app.command("via", help=probe_via.HELP)(probe_via.via)
