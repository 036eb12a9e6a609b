"""What a status says to the one who checks a target, each in a sentence of its own."""

from __future__ import annotations

SENTENCES = {
    400: "The target is there and does not understand the request.",
    401: "The target is there and wants a logon.",
    402: "The target is there and wants to be paid.",
    403: "The target is there, knows enough of the caller, and refuses.",
    404: "The server is there, and has nothing at this path.",
    405: "The path is there, and does not serve this method.",
    406: "The path is there, and has no content of the kind that was asked for.",
    407: "A proxy on the way wants to know who calls; the target was not asked.",
    408: "The server waited too long for the request.",
    409: "The target is there, and the request conflicts with its state.",
    410: "The server is there, and what was at this path is gone.",
    421: "The server is there, and is not the one for this host.",
    425: "The server wants the request again, after the handshake.",
    426: "The server wants another protocol.",
    429: "The target is there, and was asked too often.",
    431: "The server finds the headers too large.",
    451: "The target may not answer, for legal reasons.",
    500: "The target failed by itself.",
    501: "The server does not know the method.",
    502: "A gateway before the target got no answer from it that it could use.",
    503: "The service is not available.",
    504: "A gateway before the target waited too long for it.",
    505: "The server does not speak this version of HTTP.",
}


def sentence(status: int) -> str:
    """The sentence for a status."""
    if status in SENTENCES:
        return SENTENCES[status]
    return "The target is there and refuses the request." if status < 500 else "The target failed."
