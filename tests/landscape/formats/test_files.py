"""Files of destinations: what is written is read again, and what cannot be read says why."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.faults import FaultError
from landbridge.landscape.formats import archive
from landbridge.landscape.formats.archive import pack
from landbridge.landscape.formats.form import FileForm
from landbridge.landscape.formats.reading import read_file
from landbridge.landscape.formats.writing import write_file
from landbridge.model.destination import Destination, destination

ERP = {
    "Name": "ERP",
    "Type": "HTTP",
    "URL": "http://erp.virtual:80",
    "User": "u",
    "Password": "0012",
    "TrustAll": "TRUE",
}
MAIL = {"Name": "mail 'x'", "Type": "MAIL", "mail.password": "geheim", "Description": "zwei\nZeilen\n", "empty": ""}
BOTH = (destination(ERP), destination(MAIL))
FILES = {
    FileForm.JSON: ".json",
    FileForm.YAML: ".yaml",
    FileForm.PROPERTIES: ".properties",
    FileForm.ZIP: ".zip",
}


def flat(destinations: tuple[Destination, ...]) -> list[dict[str, str]]:
    return [dict(item.properties) for item in destinations]


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("amount", [1, 2])
def test_what_is_written_is_read(form: FileForm, amount: int) -> None:
    extension = ".zip" if amount == 2 and form is FileForm.PROPERTIES else FILES[form]
    written = write_file(BOTH[:amount], form, secrets=True)
    assert flat(read_file(f"x{extension}", written)) == [ERP, MAIL][:amount]


@pytest.mark.parametrize("form", FileForm)
def test_secrets_are_left_out(form: FileForm) -> None:
    written = write_file(BOTH[:1], form)
    if form is FileForm.ZIP:
        written = zipfile.ZipFile(io.BytesIO(written)).read("ERP.properties")
    assert b"ERP" in written
    assert b"0012" not in written
    assert b"geheim" not in write_file(BOTH, FileForm.JSON)


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.dictionaries(texts.filter(lambda key: key != "$metadata"), texts, max_size=4))
def test_any_property_survives(more: dict[str, str]) -> None:
    item = destination({**more, "Name": "N", "Type": "LDAP"})
    for form in (FileForm.JSON, FileForm.PROPERTIES, FileForm.YAML):
        assert flat(read_file(f"x{FILES[form]}", write_file([item], form, secrets=True))) == [dict(item.properties)]


def test_values_are_text_whatever_they_look_like() -> None:
    (item,) = read_file("x.yml", b"Name: d\nType: LDAP\nport: 0080\nflag: TRUE\n")
    assert (item.get("port"), item.get("flag")) == ("0080", "TRUE")
    (item,) = read_file("x.json", b'{"Name": "d", "Type": "LDAP", "port": 80, "flag": true}')
    assert (item.get("port"), item.get("flag")) == ("80", "true")


def test_what_find_answers_can_be_imported() -> None:
    answer = {"owner": {"SubaccountId": "s"}, "destinationConfiguration": ERP, "authTokens": []}
    assert flat(read_file("x.json", json.dumps(answer).encode())) == [ERP]
    assert flat(read_file("x.json", json.dumps([answer, MAIL]).encode())) == [ERP, MAIL]


def test_a_zip_of_all_formats() -> None:
    other = {"Name": "o", "Type": "LDAP"}
    files = {
        "a/ERP.properties": write_file(BOTH[:1], FileForm.PROPERTIES, secrets=True),
        "b.json": json.dumps([MAIL]).encode(),
        "c.yaml": b"- {Name: o, Type: LDAP}",
    }
    assert flat(read_file("x.ZIP", pack(files))) == [ERP, MAIL, other]


BAD = {
    ("x.txt", b""): "file.format-unknown",
    ("x", b""): "file.format-unknown",
    ("x.json", b"{"): "file.unreadable",
    ("x.json", b"1"): "file.unreadable",
    ("x.json", b'["a"]'): "file.unreadable",
    ("x.json", b"[" * 100_000): "file.unreadable",
    ("x.json", b"\xff"): "file.unreadable",
    ("x.json", b'{"Name": "x", "Type": "LDAP", "a": {"b": 1}}'): "file.destination-invalid",
    ("x.json", b'{"Name": "x"}'): "file.destination-invalid",
    ("x.json", b'[{"Name":"x","Type":"LDAP"},{"Name":"x","Type":"LDAP"}]'): "file.destination-invalid",
    ("x.yaml", b"a: [1"): "file.unreadable",
    ("x.yaml", b"text"): "file.unreadable",
    ("x.yaml", b"a: 1\na: 2"): "file.unreadable",
    ("x.yaml", b"Name: x\nType: LDAP\na: [1]"): "file.destination-invalid",
    ("x.yaml", b"&a [*a]"): "file.unreadable",
    ("x.properties", b"a=\\u1"): "file.unreadable",
    ("x.properties", b""): "file.destination-invalid",
    ("x.zip", b"PK"): "file.unreadable",
    ("x.zip", pack({"a.zip": pack({})})): "file.format-unknown",
    ("x.json", b" " * 5_000_001): "file.too-large",
}


@pytest.mark.parametrize(("given", "code"), BAD.items(), ids=lambda value: str(value)[:40])
def test_what_cannot_be_read(given: tuple[str, bytes], code: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_file(*given)
    assert caught.value.fault.code == code
    assert given[0] in caught.value.fault.sentence


def test_a_bomb_is_not_unpacked() -> None:
    bomb = pack({f"{number}.json": b" " * 5_000_000 for number in range(5)})
    assert len(bomb) < 100_000
    with pytest.raises(FaultError) as caught:
        read_file("x.zip", bomb)
    assert f"more than {archive.BYTES_LIMIT} bytes" in caught.value.fault.sentence


@given(content=st.binary(max_size=200), name=st.sampled_from(["x.zip", "x.json", "x.yaml", "x.properties"]))
def test_garbage_is_a_fault(content: bytes, name: str) -> None:
    for begin in (b"", b"PK\x03\x04", b"{", b"- "):
        try:
            read_file(name, begin + content)
        except FaultError as error:
            assert error.fault.code.startswith("file.")  # noqa: PT017  most of it is refused, some is a destination


def test_the_variable_for_javascript_and_java() -> None:
    assert json.loads(write_file(BOTH, FileForm.ENV_JS, secrets=True)) == [ERP]
    assert json.loads(write_file(BOTH, FileForm.ENV_JAVA, secrets=True)) == [{"name": "ERP", **ERP}]


def test_the_variable_for_the_approuter() -> None:
    item = destination(ERP | {"HTML5.ForwardAuthToken": "true", "ProxyType": "OnPremise", "HTML5.Timeout": "100"})
    assert json.loads(write_file([item], FileForm.ENV_APPROUTER, secrets=True)) == [
        {
            "name": "ERP",
            "url": "http://erp.virtual:80",
            "forwardAuthToken": True,
            "proxyType": "OnPremise",
            "strictSSL": False,
            "timeout": 100,
        }
    ]
