"""Mail servers with which nothing is wrong."""

from __future__ import annotations

from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.mail_stage import login, stage, trusted
from landbridge.lab.servers.mail import SendersOf, SmtpHabits

Made = tuple[SmtpHabits, tuple[str, ...]]


def _plain(folder: Path) -> Made:
    return SmtpHabits(), ()


def _starttls(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context, demanding=True), (*secured.options, "--protection", "starttls")


def _implicit(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context, implicit=True), secured.options


def _logon(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context, demanding=True), (*secured.options, *login(folder))


def _logon_by_login(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context, implicit=True, excluded=("PLAIN",)), (*secured.options, *login(folder))


def _addresses(folder: Path) -> Made:
    secured = trusted(folder)
    addresses = ("--from", "shop@example.test", "--to", "someone@example.test")
    return SmtpHabits(secured.context, handler=SendersOf("example.test")), (*secured.options, *addresses)


SCENARIOS = (
    Scenario(HEALTHY, "smtp", stage("It speaks plain text, and nobody minds.", _plain), "plain"),
    Scenario(HEALTHY, "smtp", stage("STARTTLS, as it should be.", _starttls), "starttls"),
    Scenario(HEALTHY, "smtp", stage("TLS from the first byte.", _implicit, "smtps"), "smtps"),
    Scenario(HEALTHY, "smtp", stage("The logon is right.", _logon), "logon"),
    Scenario(HEALTHY, "smtp", stage("The logon is right, by LOGIN.", _logon_by_login, "smtps"), "logon-login"),
    Scenario(HEALTHY, "smtp", stage("Sender and recipient are its own.", _addresses), "addresses"),
)
