"""`landbridge probe`: options that do not fit together are refused before anything is opened."""

from __future__ import annotations

import json
from pathlib import Path

import asyncssh
import pytest

from tests.cli.command import landbridge

KEY = asyncssh.generate_private_key("ssh-ed25519")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tls", "localhost:1", "--tls", "1.4"), "--tls is 1.0"),
        (("tls", "localhost:1", "--proxy", "ftp://proxy.example.test"), "a proxy is written"),
        (("tls", "localhost:1", "--proxy", "http://me:secretword@proxy.example.test:1"), "--proxy-password-file"),
        (("tls", "localhost:1", "--as", "nobody"), "nobody"),
        (("ssh", "localhost:1", "--login", "shop"), "--login needs"),
        (("ssh", "https://localhost:1"), "the scheme is ssh or sftp"),
        (("ssh", "ssh://shop@localhost:1"), "given on their own"),
        (("sftp", "localhost:1", "--known-hosts", "/nowhere/known_hosts"), "/nowhere/known_hosts"),
        (("sftp", "files.virtual", "--write", "--subaccount", "acme"), "do not go with --subaccount"),
        (("odata", "erp.virtual", "--header", "A: b", "--subaccount", "acme"), "do not go with --subaccount"),
        (("http", "erp.virtual", "--header", "A: b", "--subaccount", "acme"), "go with --subaccount here"),
        (("http", "erp.virtual", "--framing", "none", "--subaccount", "acme"), "go with --subaccount here"),
        (("tls", "erp.virtual", "--tls", "1.2", "--subaccount", "acme"), "go with --subaccount here"),
        (("soap", "erp.virtual", "--follow", "--subaccount", "acme"), "do not go with --subaccount"),
    ],
)
def test_usage(words: tuple[str, ...], said: str) -> None:
    result = landbridge("probe", *words)
    assert result.returncode not in (0, 50)
    assert said in " ".join(result.stderr.split())
    assert "secretword" not in result.stderr + result.stdout


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "id"
    key.write_text("this is no key")
    result = landbridge("probe", "ssh", "localhost:1", "--login", "shop", "--private-key", str(key))
    assert result.returncode != 50
    assert "private key" in result.stderr


def test_a_key_with_a_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "id"
    key.write_bytes(KEY.export_private_key("pkcs8-pem", passphrase="right"))
    words = ("probe", "ssh", "localhost:1", "--login", "shop", "--private-key", str(key))
    result = landbridge(*words, LANDBRIDGE_PROBE_PASSPHRASE="wrong")
    assert result.returncode != 50
    assert "passphrase" in result.stderr
    assert landbridge(*words, LANDBRIDGE_PROBE_PASSPHRASE="right").returncode == 50


def test_the_secret_may_come_from_the_environment() -> None:
    result = landbridge(
        "probe", "ssh", "localhost:1", "--login", "shop", "--json", LANDBRIDGE_PROBE_SECRET="a secret word"
    )
    report = json.loads(result.stdout)
    assert [one["cause"] for one in report["findings"]] == ["tcp"]
    assert "a secret word" not in result.stdout
