"""A mail through the SOCKS5 door and the connector, by the mail client of the SAP Cloud SDK."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from tests.clients.javascript import play
from tests.clients.stage import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_mail_arrives_at_the_internal_mail_server(sdk_node: str, the_stage: Stage) -> None:
    played = await play(sdk_node, the_stage, "mail")
    assert played.scenes["mail"] == {"result": {"accepted": ["erika@acme.example"], "response": "250 Kept"}}
    (mail,) = the_stage.mail.mails
    assert (mail.mail_from, mail.rcpt_tos) == ("shop@acme.example", ["erika@acme.example"])
    assert isinstance(mail.content, bytes)
    message = message_from_bytes(mail.content, policy=policy.default)
    assert message["subject"] == "Ihre Bestellung: 7 Stück"
    assert message.get_content().replace("\r\n", "\n") == "Grüße\n.\nfrom the shop\n"
