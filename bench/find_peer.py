"""What `find` is compared with: an empty FastAPI endpoint that verifies the same token and returns the same bytes.

`python find_peer.py PUBLIC_KEY_FILE BODY_FILE`; prints its port. The verification is landbridge's own, with its memory
of tokens: what is left of the difference is the work of finding.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from joserfc.jwk import RSAKey

from landbridge.identity.verify import TokenRejected, TokenVerifier

app = FastAPI()


class OneKey:
    """A key source with one key, whatever its id is."""

    epoch = 1

    def __init__(self, pem: str) -> None:
        self._key = RSAKey.import_key(pem)

    def key(self, _kid: str) -> RSAKey:
        return self._key


def endpoint(verifier: TokenVerifier, body: bytes) -> None:
    @app.get("/destination-configuration/v1/destinations/{name}")
    async def find(request: Request, name: str) -> Response:
        try:
            verifier.verify(request.headers["Authorization"].removeprefix("Bearer "))
        except TokenRejected:
            return Response(status_code=401)
        return Response(body, media_type="application/json")


class Announcing(uvicorn.Server):
    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


if __name__ == "__main__":
    endpoint(TokenVerifier(OneKey(Path(sys.argv[1]).read_text()), time.time), Path(sys.argv[2]).read_bytes())
    config = uvicorn.Config(app, port=0, http="httptools", loop="uvloop", access_log=False, log_config=None)
    Announcing(config).run()
