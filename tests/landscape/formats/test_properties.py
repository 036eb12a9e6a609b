"""Java properties, compared with what Java itself does where Java is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landscape.formats.properties import NotProperties, decode, parse, render
from tests.tools import require_tool

ODD = """\
# Sat Nov 21 10:00:00 CET 2026
! another comment \\
Name=orders-api
Type : HTTP
URL=https\\://orders.example.test
  User   svc
Password = s\\ e\\=c\\:r\\\\et
empty
empty2=
key\\ with\\ blank=x
Description=one \\
    two \\
  # no comment
tab=a\\tb\\nc
Umlaut=\\u00e4\\u00C4 \\uD83D\\uDE00
Name=last wins
strange\\q=\\z
=no key
even\\\\=backslash
"""


def test_the_rules_of_java() -> None:
    assert parse(ODD) == {
        "Name": "last wins",
        "Type": "HTTP",
        "URL": "https://orders.example.test",
        "User": "svc",
        "Password": "s e=c:r\\et",
        "empty": "",
        "empty2": "",
        "key with blank": "x",
        "Description": "one two # no comment",
        "tab": "a\tb\nc",
        "Umlaut": "äÄ 😀",
        "strangeq": "z",
        "": "no key",
        "even\\": "backslash",
    }


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_ends_of_lines(end: str) -> None:
    assert parse(f"a=1{end}{end}b=2\\{end}  3{end}#c=4{end}d=5\\") == {"a": "1", "b": "23", "d": "5"}


def test_a_broken_escape_says_its_line() -> None:
    with pytest.raises(NotProperties, match=r"line 2: .*four hex digits"):
        parse("a=1\nb=\\u12g4\n")


def test_bytes_are_utf8_and_otherwise_latin1() -> None:
    assert parse(decode("a=ä".encode())) == {"a": "ä"}
    assert parse(decode("a=ä".encode("latin-1"))) == {"a": "ä"}
    assert parse(decode(b"\xef\xbb\xbfa=1")) == {"a": "1"}


def test_what_is_written() -> None:
    written = render({"Name": "a", "URL": "https://x.test/#1", "k = ": " v ä😀\n"}, comment="made\nhere")
    assert written == ("#made\\nhere\nName=a\nURL=https\\://x.test/\\#1\nk\\ \\=\\ =\\ v \\u00E4\\uD83D\\uDE00\\n\n")


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.dictionaries(texts, texts, max_size=5))
def test_what_is_written_is_read(properties: dict[str, str]) -> None:
    assert parse(render(properties)) == properties


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except NotProperties:
        return


PROGRAM = """\
import java.io.*; import java.nio.file.*; import java.util.*;
public class Dump {
  public static void main(String[] a) throws Exception {
    Properties p = new Properties();
    p.load(Files.newBufferedReader(Path.of(a[0])));
    StringBuilder s = new StringBuilder();
    for (String k : new TreeSet<>(p.stringPropertyNames()))
      for (String t : new String[] {k, p.getProperty(k)}) {
        for (char c : t.toCharArray()) s.append(String.format("%04x", (int) c));
        s.append("\\n");
      }
    System.out.print(s);
  }
}
"""


def test_java_agrees(tmp_path: Path) -> None:
    require_tool("java", shutil.which("java") is not None)
    program, file = tmp_path / "Dump.java", tmp_path / "x.properties"
    program.write_text(PROGRAM)
    values = {"a b": " x:=#!", "ä": "😀\t\r\n\f\\", "URL": "https://x.test?a=b", "": "leer"}
    for text in (ODD, render(values)):
        file.write_text(text)
        out = subprocess.run(["java", str(program), str(file)], check=True, capture_output=True, text=True).stdout
        lines = [bytes.fromhex(line).decode("utf-16-be") for line in out.split("\n")[:-1]]
        assert dict(zip(lines[::2], lines[1::2], strict=True)) == parse(text), json.dumps(lines)
