"""A WebSocket that says back what it hears (RFC 6455): messages in one frame each, ping and close."""

from __future__ import annotations

import asyncio
import base64
import hashlib

from landbridge.testing.sample_backend.messages import Request

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_CLOSE, _PING, _PONG = 8, 9, 10


def is_upgrade(request: Request) -> bool:
    return request.path == "/websocket" and request.header("upgrade").lower() == "websocket"


async def serve(request: Request) -> None:
    """Accept and echo until the client closes."""
    key = request.header("sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode()).digest()).decode()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    request.writer.write(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
    while True:
        opcode, payload = await _read_frame(request.reader)
        if opcode != _PONG:
            request.writer.write(_frame(_PONG if opcode == _PING else opcode, payload))
            await request.writer.drain()
        if opcode == _CLOSE:
            return


async def _read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """One frame of a client, unmasked (RFC 6455 §5.2)."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4)
    masked = await reader.readexactly(size)
    return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(masked))


def _frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 65536:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes([0x80 | opcode]) + length + payload
