"""outbound.sftp: files cannot be exchanged with an SFTP server (failure-catalogue, row 16)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.rules import sftp_files, ssh_host_key, ssh_logon, ssh_server
from landbridge.checks.rules.book import Book, Rule
from landbridge.checks.rules.on_premise import spoken_with, unless_behind


def _applies(evidence: Evidence) -> bool:
    return evidence.target.protocol in ("ssh", "sftp") and spoken_with(evidence, "ssh")


PROTOCOL, LOGON, CLIENT = Layer.PROTOCOL, Layer.AUTHENTICATION, "SSH client"

BOOK = Book(
    "outbound.sftp",
    _applies,
    (
        Rule("tcp", Layer.TCP, "network", unless_behind(ssh_server.no_connection)),
        Rule("not-ssh", PROTOCOL, "target", ssh_server.other_protocol),
        Rule("closed-early", PROTOCOL, "target", ssh_server.closed_early),
        Rule("algorithms", PROTOCOL, CLIENT, ssh_server.algorithms),
        Rule("hostkey-changed", PROTOCOL, CLIENT, ssh_host_key.changed),
        Rule("hostkey-other-algorithm", PROTOCOL, CLIENT, ssh_host_key.other_kind),
        Rule("hostkey-name-form", PROTOCOL, CLIENT, ssh_host_key.other_name),
        Rule("hostkey-unknown", PROTOCOL, CLIENT, ssh_host_key.unknown),
        Rule("username-charset", LOGON, "target", ssh_logon.user_name),
        Rule("auth-dual", LOGON, "target", ssh_logon.two_things),
        Rule("key-signature", LOGON, "target", ssh_logon.signature),
        Rule("auth-key", LOGON, "target", ssh_logon.key),
        Rule("auth-password", LOGON, "target", ssh_logon.password),
        Rule("disconnect-mid", Layer.SESSION, "target", sftp_files.cut),
        Rule("directory", Layer.APPLICATION, "target", sftp_files.directory),
        Rule("permission", Layer.AUTHORISATION, "target", sftp_files.permission),
        Rule("post-processing", Layer.AUTHORISATION, "target", sftp_files.processed_stays),
    ),
)
