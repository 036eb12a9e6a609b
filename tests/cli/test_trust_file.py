"""Files that hold what is trusted, in every form in which people have them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12

from landbridge.cli.trust_file import PASSWORD, certificates_of
from landbridge.destinations.keystores.jks import JCEKS_MAGIC, MAGIC, write_jks
from landbridge.destinations.keystores.material import Entry
from landbridge.faults import FaultError
from landbridge.lab.pki import root
from landbridge.model.secret import Secret
from tests.tools import require_tool

ONE, TWO = root("One"), root("Two")
BOTH = [one.pem.strip() for one in (ONE, TWO)]
SECRET = Secret("changeit")


def jks(password: Secret = SECRET) -> bytes:
    return write_jks([Entry((one.certificate,), alias=name) for one, name in ((ONE, "a"), (TWO, "b"))], password, 1)


def p12(encryption: BestAvailableEncryption | NoEncryption) -> bytes:
    return pkcs12.serialize_key_and_certificates(None, None, None, [ONE.certificate, TWO.certificate], encryption)


def password_file(folder: Path, text: str = "changeit") -> Path:
    file = folder / "password.txt"
    file.write_text(f"{text}\n")
    return file


@pytest.mark.parametrize(
    "content",
    [
        "".join(one.pem for one in (ONE, TWO)).encode(),
        jks(),
        JCEKS_MAGIC + jks()[len(MAGIC) :],
        p12(NoEncryption()),
    ],
    ids=["pem", "jks", "jceks", "pkcs12"],
)
def test_the_certificates_are_read_whatever_the_name_says(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "trust"
    file.write_bytes(content)
    assert [one.strip() for one in certificates_of(file)] == BOTH


def test_the_password_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in (("t.p12", p12(BestAvailableEncryption(b"changeit"))), ("t.jks", jks())):
        file = tmp_path / name
        file.write_bytes(content)
        assert len(certificates_of(file, password_file(tmp_path))) == 2
        monkeypatch.setenv(PASSWORD, "changeit")
        assert len(certificates_of(file)) == 2
        monkeypatch.delenv(PASSWORD)
        with pytest.raises(FaultError, match="its password is another one"):
            certificates_of(file, password_file(tmp_path, "not-it"))


@pytest.mark.parametrize("kind", ["JKS", "JCEKS", "PKCS12"])
def test_what_java_writes(tmp_path: Path, kind: str) -> None:
    require_tool("keytool", shutil.which("keytool") is not None)
    (tmp_path / "one.pem").write_text(ONE.pem)
    file = tmp_path / "store"
    words = ["keytool", "-importcert", "-noprompt", "-alias", "one", "-file", str(tmp_path / "one.pem")]
    store = ["-keystore", str(file), "-storetype", kind, "-storepass", "changeit"]
    subprocess.run([*words, *store], check=True, capture_output=True)
    assert [one.strip() for one in certificates_of(file, password_file(tmp_path))] == BOTH[:1]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.pse", b"\x30\x82\x01\x00\x02\x01\x00", "transaction STRUST"),
        ("t.p12", p12(BestAvailableEncryption(b"changeit")), "--trust-password-file"),
        ("t.jks", jks()[:-40], "ends too early"),
        ("t.jks", MAGIC + b"\0\0\0\2\0\0\0\1\0\0\0\3" + bytes(40), "secret keys"),
        ("t.jks", MAGIC + b"\0\0\0\2\xff\xff\xff\xff" + bytes(40), "more than 2000"),
        ("t.jks", write_jks([], SECRET, 1), "holds no certificates"),
        ("t.pem", b"nothing", "no certificate"),
        ("t.cer", b"", "no certificate"),
        ("t.der", ONE.certificate.public_bytes(Encoding.DER)[:-1], "no certificate"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FaultError, match=said) as caught:
        certificates_of(file)
    assert caught.value.fault.code == "platform.file-unreadable"
