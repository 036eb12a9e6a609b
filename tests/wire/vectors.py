"""Writes docs/tunnel-vectors.json: `python -m tests.wire.vectors`. The same input gives the same file.

Frames are written by hand here; exchanges are what two ends of this implementation say to each other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from landbridge.wire.messages import (
    TUNNEL_VERSION,
    UPGRADE_TOKEN,
    Departed,
    Drain,
    Exposed,
    Farewell,
    Head,
    Hello,
    Message,
    Open,
    Opened,
    Probe,
    Probed,
    ProbeEnded,
    Refused,
    Renew,
    Renewed,
    Traced,
    Trust,
    Welcome,
    encode,
)
from landbridge.wire.mux import Mux
from landbridge.wire.stream import Stream
from tests.wire.pair import ACK, DATA, FIN, GO_AWAY, PING, RST, SYN, WINDOW, drained, frame, frames

FILE = Path(__file__).parents[2] / "docs" / "tunnel-vectors.json"
TYPES = {DATA: "data", WINDOW: "window", PING: "ping", GO_AWAY: "go away"}
FLAGS = {SYN: "SYN", ACK: "ACK", FIN: "FIN", RST: "RST"}
LINES = b"Accept: */*\r\nX-Request: 1\r\n"
ANSWER_LINES = b"Content-Type: text/plain\r\n"

# ---------------------------------------------------------------------- frames

FRAMES = [
    ("open with data", "the gateway opens stream 2 and sends four bytes with it", frame(DATA, SYN, 2, b"\0\0\0\0")),
    ("open without data", "stream 4 begins; its data waits", frame(WINDOW, SYN, 4)),
    ("data", "two bytes on stream 2", frame(DATA, 0, 2, b"hi")),
    ("accept", "first frame of the side that did not open", frame(DATA, ACK, 2, b"ok")),
    ("end", "the sender will send no more on stream 2", frame(DATA, FIN, 2)),
    ("last data and end", "both in one frame", frame(DATA, FIN, 2, b"bye")),
    ("credit", "131072 bytes more may be sent on stream 2", frame(WINDOW, 0, 2, 131_072)),
    ("credit that accepts", "credit and acknowledgement in one frame", frame(WINDOW, ACK, 2, 393_216)),
    ("abort", "stream 2 is dead in both directions", frame(WINDOW, RST, 2)),
    ("refuse to begin", "stream 6 would be one too many", frame(WINDOW, ACK | RST, 6)),
    ("ping", "a question with an opaque value", frame(PING, SYN, 0, 7)),
    ("pong", "its answer: the same value", frame(PING, ACK, 0, 7)),
    ("go away", "no new streams, please; open ones go on", frame(GO_AWAY, 0, 0, 0)),
    ("go away for an error", "the peer broke the protocol; the connection closes", frame(GO_AWAY, 0, 0, 1)),
]

# What a gateway receives on a fresh connection and must answer by closing it.
ERRORS = [
    ("version", "another version", b"\1" + frame(DATA, SYN, 1)[1:]),
    ("type", "a type that does not exist", frame(4, 0, 0)),
    ("wrong parity", "the dialling side opens an even id", frame(DATA, SYN, 2)),
    ("used id", "an id is opened twice", frame(DATA, SYN, 1) + frame(DATA, SYN, 1)),
    ("falling id", "ids must rise", frame(DATA, SYN, 3) + frame(DATA, SYN, 1)),
    ("never opened", "data on an id that nobody opened", frame(DATA, 0, 1, b"x")),
    ("data after the end", "FIN was the end", frame(DATA, SYN | FIN, 1) + frame(DATA, 0, 1, b"x")),
    ("second end", "FIN comes once", frame(DATA, SYN | FIN, 1) + frame(DATA, FIN, 1)),
    ("credit too large", "more than 32 bits of credit", frame(DATA, SYN, 1) + frame(WINDOW, 0, 1, 2**32 - 1)),
    ("ping on a stream", "pings belong to stream 0", frame(PING, SYN, 1, 1)),
]

# ---------------------------------------------------------------------- messages

OPEN = Open(
    "http", "erp.virtual", 80, "c1", "r1", "GET", "/orders?top=1", "none", -1, False, len(LINES), "header.body.sig"
)
MESSAGES: list[tuple[str, Message]] = [
    ("a request without a body, from a user", OPEN),
    (
        "a request with five bytes of body; the identity trace is wanted",
        Open("http", "erp.virtual", 443, "c1", "r2", "POST", "/orders", "sized", 5, trace=True),
    ),
    ("a request that asks for WebSocket", Open("http", "erp.virtual", 80, "c2", "r3", "GET", "/ws", upgrade=True)),
    ("a TCP connection", Open("tcp", "db.virtual", 1433, "c3", "r4")),
    ("the connector asks for a service on the cloud side", Open("service", "reports", 0, "c4", "r5")),
    ("connected after 1.5 ms", Opened(1.5)),
    ("a connection that was there", Opened(reused=True)),
    ("a fault of the connector", Refused("connector.system-not-exposed", {"host": "erp.virtual", "port": "81"})),
    (
        "a fault whose status the connector's settings replace",
        Refused("principal.trust-empty", {}, 403),
    ),
    ("an answer with a length", Head(200, "OK", "sized", 5, len(ANSWER_LINES))),
    ("an answer that ends with FIN", Head(200, "OK", "streamed")),
    ("an answer without a body; HEAD names a length", Head(200, "OK", "none", 5)),
    ("a switch of protocols", Head(101, "Switching Protocols", "raw")),
    (
        "the connector introduces itself",
        Hello(
            TUNNEL_VERSION,
            "0.1.0",
            "2.19.0",
            "0d5f2f2a-3b63-4f7c-9d0e-7e4b6a1c2d3e",
            "5b1f",
            "plant-1",
            description="Plant 1",
            exposed=[{"protocol": "HTTP", "host": "erp.virtual:80", "description": ""}],
        ),
    ),
    ("exposed systems after a change", Exposed([{"protocol": "TCP", "host": "db.virtual:1433", "description": ""}])),
    (
        "whom the subaccount trusts",
        Trust([{"name": "own", "issuer": "https://i", "jwks": '{"keys":[]}', "enabled": "true", "description": ""}]),
    ),
    ("the gateway takes the tunnel", Welcome("s1", 1_763_683_200.0, 15.0, 15.0)),
    ("a client connection is gone", Departed("c1")),
    ("how an identity came about", Traced("r2", [{"step": "token verified", "issuer": "https://i", "key": "k1"}])),
    ("look at one of your mappings", Probe("p1", "http", "erp.virtual", 80, "/sap", 10.0)),
    ("never mind", ProbeEnded("p1")),
    (
        "what the connector saw",
        Probed("p1", '{"target":{"protocol":"connector","host":"erp.virtual","port":80},', more=True),
    ),
    ("why it did not look", Probed("p1", code="connector.probes-off")),
    ("the connector asks for a new certificate", Renew("-----BEGIN CERTIFICATE REQUEST-----\n...")),
    ("it gets one", Renewed("-----BEGIN CERTIFICATE-----\n...", "-----BEGIN CERTIFICATE-----\n...")),
    ("it does not", Renewed(code="tunnel.renewal-refused", params={"reason": "the certificate is revoked"})),
    ("no new streams", Drain()),
    ("why the connection will be closed", Farewell("tunnel.replaced")),
]

# ---------------------------------------------------------------------- exchanges


class Script:
    """Two ends that talk; what each says in one go is a step."""

    def __init__(self) -> None:
        self.ends = {"connector": Mux(dialled=True), "gateway": Mux(dialled=False)}
        self.steps: list[dict[str, Any]] = []

    def stream(self, who: str, stream_id: int) -> Stream:
        return self.ends[who].streams[stream_id]

    def send(self, who: str, stream_id: int, *parts: Message | bytes, fin: bool = False) -> None:
        data = b"".join(part if isinstance(part, bytes) else encode(part) for part in parts)
        self.ends[who].send(self.stream(who, stream_id), data, fin=fin)

    def said(self, who: str, meaning: str) -> None:
        """Carry what that end has lined up to the other one."""
        data = drained(self.ends[who])
        self.ends["gateway" if who == "connector" else "connector"].receive(data)
        self.steps.append({"from": who, "meaning": meaning, "hex": data.hex(), "frames": described(data)})

    def begun(self) -> Script:
        """After Hello and Welcome."""
        self.ends["connector"].open()
        self.send("connector", 1, dict(MESSAGES)["the connector introduces itself"])
        self.said("connector", "Hello on the control stream, the first one of the connector")
        self.send("gateway", 1, dict(MESSAGES)["whom the subaccount trusts"])
        self.send("gateway", 1, dict(MESSAGES)["the gateway takes the tunnel"])
        self.said("gateway", "the trust list, then Welcome: requests may come")
        return self


def described(data: bytes) -> list[dict[str, Any]]:
    return [
        {
            "type": TYPES[f.kind],
            "flags": [name for bit, name in FLAGS.items() if f.flags & bit],
            "stream": f.stream,
            "length": f.length,
        }
        for f in frames(data)
    ]


def _beginning(script: Script) -> None:
    script.begun()


def _request(script: Script) -> None:
    script.ends["gateway"].open()
    script.send("gateway", 2, OPEN, LINES, fin=True)
    script.said("gateway", "Open and the header lines; without a body the direction ends here")
    script.send(
        "connector", 2, Opened(1.5), Head(200, "OK", "sized", 5, len(ANSWER_LINES)), ANSWER_LINES, b"hello", fin=True
    )
    script.said("connector", "Opened, Head, header lines and body in one frame; the stream is over")


def _streamed(script: Script) -> None:
    script.ends["gateway"].open()
    script.send("gateway", 2, Open("http", "erp.virtual", 80, "c1", "r2", "POST", "/upload", "streamed"))
    script.said("gateway", "a body of unknown length will follow")
    script.send("gateway", 2, b"first ")
    script.said("gateway", "raw bytes of the body: chunked coding was taken away")
    script.send("connector", 2, Opened(reused=True))
    script.said("connector", "connected; the answer is not there yet")
    script.send("gateway", 2, b"last", fin=True)
    script.said("gateway", "the body ends with FIN")
    script.send("connector", 2, Head(100), Head(200, "OK", "streamed"), b"part")
    script.said("connector", "an interim answer, the answer, and the beginning of its body")
    script.send("connector", 2, b"", fin=True)
    script.said("connector", "its end")


def _refused(script: Script) -> None:
    script.ends["gateway"].open()
    script.send("gateway", 2, OPEN, LINES, fin=True)
    script.said("gateway", "Open")
    script.send(
        "connector", 2, Refused("connector.system-not-exposed", {"host": "erp.virtual", "port": "80"}), fin=True
    )
    script.said("connector", "Refused names a fault; FIN, not RST, so that the reason arrives")


def _websocket(script: Script) -> None:
    script.ends["gateway"].open()
    script.send("gateway", 2, Open("http", "erp.virtual", 80, "c2", "r3", "GET", "/ws", upgrade=True))
    script.said("gateway", "Open that asks for WebSocket; the direction stays open")
    script.send("connector", 2, Opened(2.0), Head(101, "Switching Protocols", "raw"), b"\x81\x02hi")
    script.said("connector", "the backend agreed; raw bytes from here on")
    script.send("gateway", 2, b"\x88\x80\0\0\0\0", fin=True)
    script.said("gateway", "raw bytes the other way, and the end of that direction")
    script.send("connector", 2, b"\x88\0", fin=True)
    script.said("connector", "the other direction ends by itself")


def _tcp(script: Script) -> None:
    script.ends["gateway"].open()
    script.send("gateway", 2, Open("tcp", "db.virtual", 1433, "c3", "r4"))
    script.said("gateway", "Open of a TCP connection")
    script.send("connector", 2, Opened(0.7), b"220 ready\r\n")
    script.said("connector", "connected, and the backend speaks first")
    script.send("gateway", 2, b"QUIT\r\n", fin=True)
    script.said("gateway", "bytes, and a half-close")
    script.send("connector", 2, b"221 bye\r\n", fin=True)
    script.said("connector", "bytes, and the other half")


def _aborted(script: Script) -> None:
    gateway = script.ends["gateway"]
    gateway.open()
    script.send("gateway", 2, OPEN, LINES, fin=True)
    script.said("gateway", "Open")
    gateway.reset(script.stream("gateway", 2))
    script.send("gateway", 1, Departed("c1"))
    script.said("gateway", "the client is gone: abort the stream, close what stuck to its connection")


def _drain(script: Script) -> None:
    connector, gateway = script.ends["connector"], script.ends["gateway"]
    connector.send_urgent(script.stream("connector", 1), encode(Drain()))
    connector.go_away(0)
    script.said("connector", "no new streams, please")
    gateway.ping(1)
    script.said("gateway", "a ping")
    script.said("connector", "its answer")
    gateway.send_urgent(script.stream("gateway", 1), encode(Farewell("tunnel.draining")))
    gateway.go_away(0)
    script.said("gateway", "the gateway stops too: the reason, then the connection closes")


EXCHANGES = {
    "beginning": ("a connection becomes a tunnel", _beginning),
    "request": ("a GET and its answer: one frame each way", _request),
    "streamed": ("bodies of unknown length both ways", _streamed),
    "refused": ("the connector says no", _refused),
    "websocket": ("an upgrade, then raw bytes until both directions have ended", _websocket),
    "tcp": ("a TCP connection", _tcp),
    "aborted": ("the client goes away before the answer", _aborted),
    "drain": ("a tunnel ends in good order", _drain),
}


def exchange(name: str) -> list[dict[str, Any]]:
    """The steps of an exchange. All but the first happen on a tunnel that has begun."""
    script = Script()
    if name != "beginning":
        script.begun()
        script.steps.clear()
    EXCHANGES[name][1](script)
    return script.steps


def vectors() -> dict[str, Any]:
    return {
        "protocol": UPGRADE_TOKEN,
        "frames": [
            {"name": name, "meaning": meaning, "hex": data.hex(), **described(data)[0]}
            for name, meaning, data in FRAMES
        ],
        "messages": [
            {"meaning": meaning, "hex": encode(message).hex(), "json": json.loads(encode(message)[4:])}
            for meaning, message in MESSAGES
        ],
        "exchanges": [
            {"name": name, "meaning": meaning, "steps": exchange(name)} for name, (meaning, _) in EXCHANGES.items()
        ],
        "errors": [{"name": name, "meaning": meaning, "hex": data.hex()} for name, meaning, data in ERRORS],
    }


def text() -> str:
    """The file's text."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
