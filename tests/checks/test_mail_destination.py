"""Where a MAIL destination leads to, and how its clients protect the way (destination-service §1.3)."""

from __future__ import annotations

import pytest

from landbridge.checks.conversation import Mechanism, Protection
from landbridge.checks.destination_target import target_of
from landbridge.checks.mail_destination import SUBMISSION, mail_server
from landbridge.checks.observations import DestinationSeen


@pytest.mark.parametrize(
    ("properties", "url", "protection"),
    [
        ({"mail.smtp.host": "m"}, "smtp://m", Protection.OPTIONAL),
        ({"mail.smtp.host": "m", "mail.smtp.port": "587"}, "smtp://m:587", Protection.OPTIONAL),
        ({"mail.smtp.host": "m", "mail.smtp.port": "465"}, "smtps://m:465", Protection.TLS),
        ({"mail.smtp.host": "m", "mail.smtp.port": "none"}, "smtp://m", Protection.OPTIONAL),
        ({"mail.smtp.host": "m", "mail.smtp.starttls.required": "TRUE"}, "smtp://m", Protection.STARTTLS),
        ({"mail.smtp.host": "m", "mail.smtp.starttls.enable": "true"}, "smtp://m", Protection.OPTIONAL),
        ({"mail.smtp.host": "m", "mail.smtp.starttls.enable": "false"}, "smtp://m", Protection.OFF),
        ({"mail.smtp.host": "m", "mail.smtp.ssl.enable": "true"}, "smtps://m", Protection.TLS),
        ({"mail.host": "2001:db8::1"}, "smtp://[2001:db8::1]", Protection.OPTIONAL),
        ({"mail.transport.protocol": "smtps", "mail.smtps.host": "m"}, "smtps://m", Protection.TLS),
        ({"mail.transport.protocol": "smtps", "mail.smtp.host": "m"}, "smtps://m", Protection.TLS),
        ({"mail.transport.protocol": "imap4", "mail.imap4.host": "m"}, "imap://m", Protection.OPTIONAL),
        ({"mail.transport.protocol": "IMAP4", "mail.imap.host": "m"}, "imap://m", Protection.OPTIONAL),
        ({"mail.transport.protocol": "imap", "mail.imap4.host": "m"}, "imap://m", Protection.OPTIONAL),
        ({"mail.transport.protocol": "pop3", "mail.pop3.host": "m", "mail.pop3.port": "995"}, "pop3s://m:995", "tls"),
        ({"mail.smtp.port": "587"}, "", Protection.OPTIONAL),
        ({}, "", Protection.OPTIONAL),
    ],
)
def test_a_mail_server_is_read_from_its_properties(
    properties: dict[str, str], url: str, protection: Protection
) -> None:
    server = mail_server(properties)
    assert (server.url, server.conversation.protection) == (url, protection)


def test_only_usual_ports_are_compared_with_others() -> None:
    assert mail_server({"mail.smtp.host": "m"}).conversation.beside == SUBMISSION
    assert mail_server({"mail.smtp.host": "m", "mail.smtp.port": "2525"}).conversation.beside == ()
    assert mail_server({"mail.transport.protocol": "pop3", "mail.pop3.host": "m"}).conversation.beside == ()


def test_tokens_and_senders() -> None:
    told = {"mail.smtp.host": "m", "Authentication": "OAuth2ClientCredentials", "mail.smtp.from": "a@b.example"}
    wish = mail_server(told).conversation
    assert (wish.mechanism, wish.sender) == (Mechanism.OAUTH, "a@b.example")
    for sender in ("a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "<a@b.example>"):
        assert mail_server({**told, "mail.smtp.from": sender}).conversation.sender == ""


def test_the_target_behind_a_connector_has_no_other_ports() -> None:
    seen = DestinationSeen(name="M", type="MAIL", proxy_type="OnPremise", location="A")
    target = target_of(seen, {"mail.smtp.host": "mail.virtual", "mail.smtp.port": "25"})
    assert (target.protocol, target.host, target.port, target.location) == ("smtp", "mail.virtual", 25, "location:A")
    assert target.conversation.beside == ()


def test_without_a_host_there_is_nothing_to_look_at() -> None:
    seen = DestinationSeen(name="M", type="MAIL", proxy_type="Internet")
    assert target_of(seen, {"mail.smtp.port": "25"}).port == 0
