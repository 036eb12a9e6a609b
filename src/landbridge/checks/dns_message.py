"""Questions to name servers and their answers, as bytes (RFC 1035 §4, RFC 7766 §8). Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

A, AAAA = 1, 28
_INTERNET = 1
_HEADER = 12
_LONGEST = 253


def question(name: str, kind: int, number: int) -> bytes:
    """A question for the addresses of a name, with its length before it. Raises `ValueError` for what is no name."""
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) < 64 for label in labels) or sum(map(len, labels)) + len(labels) > _LONGEST:
        raise ValueError("this is no name")
    head = number.to_bytes(2, "big") + b"\x01\x00\x00\x01" + bytes(6)
    asked = b"".join(len(label).to_bytes(1, "big") + label for label in labels) + b"\x00"
    body = head + asked + kind.to_bytes(2, "big") + _INTERNET.to_bytes(2, "big")
    return len(body).to_bytes(2, "big") + body


def addresses(answer: bytes, number: int) -> tuple[str, ...]:
    """The addresses in an answer, without its length; aliases are passed over. Raises `ValueError`."""
    if len(answer) < _HEADER or answer[:2] != number.to_bytes(2, "big") or not answer[2] & 0x80:
        raise ValueError("this is no answer to the question")
    if code := answer[3] & 0x0F:
        raise ValueError("the name is not known" if code == 3 else f"the name server answers with error {code}")
    questions, records = (int.from_bytes(answer[at : at + 2], "big") for at in (4, 6))
    place = _HEADER
    for _ in range(questions):
        place = _after_name(answer, place) + 4
    found: list[str] = []
    for _ in range(records):
        place = _after_name(answer, place)
        kind, length = (int.from_bytes(answer[at : at + 2], "big") for at in (place, place + 8))
        data = answer[place + 10 : place + 10 + length]
        place += 10 + length
        if kind == A and len(data) == 4:
            found.append(str(IPv4Address(data)))
        elif kind == AAAA and len(data) == 16:
            found.append(str(IPv6Address(data)))
    if place > len(answer):
        raise ValueError("the answer ends before its end")
    return tuple(found)


def _after_name(answer: bytes, place: int) -> int:
    """Where a name ends; a pointer ends it. Raises `ValueError`."""
    while place < len(answer):
        length = answer[place]
        if length >= 0xC0:
            return place + 2
        place += length + 1
        if not length:
            return place
    raise ValueError("the answer ends before its end")
