"""Keystores pass between Java's keytool, OpenSSL and us, in both directions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from landbridge.destinations.keystores.jks import write_jks
from landbridge.destinations.keystores.pkcs12 import write_pkcs12
from landbridge.destinations.keystores.reading import key_material, read
from landbridge.model.secret import Secret
from tests.destinations.keystores.files import entry
from tests.tools import require_tool

PASSWORD = Secret("changeit")


def keytool(*arguments: str) -> str:
    require_tool("keytool", shutil.which("keytool") is not None)
    command = ["keytool", *arguments, "-storepass", PASSWORD.reveal()]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
def test_a_keystore_of_keytool(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "store.jks"
    keytool(
        "-genkeypair", "-keystore", str(file), "-storetype", kind, "-alias", "Me", "-keyalg", "RSA", "-dname", "CN=me"
    )
    material = key_material("store.jks", file.read_bytes(), PASSWORD)
    assert material.certificate.subject.rfc4514_string() == "CN=me"
    pem = keytool("-exportcert", "-rfc", "-keystore", str(file), "-alias", "me")
    assert material.certificate_pem.strip() == pem.replace("\r\n", "\n").strip()
    assert read("store.jks", file.read_bytes(), PASSWORD).entries[0].alias == "me"


def test_keytool_reads_ours(tmp_path: Path) -> None:
    file = tmp_path / "ours.jks"
    file.write_bytes(write_jks((entry(),), PASSWORD, 1_790_000_000_000))
    listed = keytool("-list", "-v", "-keystore", str(file), "-storetype", "JKS")
    assert "Certificate chain length: 2" in listed
    assert "Alias name: client" in listed
    converted = tmp_path / "theirs.p12"
    target = ("-destkeystore", str(converted), "-deststoretype", "PKCS12", "-deststorepass", PASSWORD.reveal())
    subprocess.run(
        ["keytool", "-importkeystore", "-noprompt", "-srckeystore", str(file), "-srcstorepass", "changeit", *target],
        check=True,
        capture_output=True,
    )
    assert key_material("theirs.p12", converted.read_bytes(), PASSWORD).certificate == entry().certificates[0]


def test_openssl_and_we_read_each_others_pkcs12(tmp_path: Path) -> None:
    require_tool("openssl", shutil.which("openssl") is not None)
    ours, pem, theirs = tmp_path / "ours.p12", tmp_path / "ours.pem", tmp_path / "theirs.pfx"
    ours.write_bytes(write_pkcs12(entry(), PASSWORD))
    subprocess.run(["openssl", "pkcs12", "-in", ours, "-out", pem, "-nodes", "-passin", "pass:changeit"], check=True)
    assert key_material("ours.pem", pem.read_bytes()).certificate == entry().certificates[0]
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-in", pem, "-out", theirs, "-passout", "pass:changeit"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    assert key_material("theirs.pfx", theirs.read_bytes(), PASSWORD).certificate == entry().certificates[0]
