"""Orders as an OData service of an ABAP system serves them: reads for all, writes with a CSRF token and its session."""

from __future__ import annotations

import json
import re
import secrets
from http.cookies import SimpleCookie

from landbridge.testing.sample_backend.messages import Answer, Headers, Request, as_json, as_text

ROOT = "/sap/opu/odata/sap/ORDERS"
SESSION_COOKIE = "SAP_SESSIONID_LBR_100"

_METADATA = """\
<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices>
<Schema Namespace="ORDERS" xmlns="http://schemas.microsoft.com/ado/2008/09/edm"><EntityType Name="Order">
<Key><PropertyRef Name="ID"/></Key><Property Name="ID" Type="Edm.String"/><Property Name="Customer" Type="Edm.String"/>
<Property Name="Amount" Type="Edm.Decimal"/></EntityType><EntityContainer Name="ORDERS">
<EntitySet Name="Orders" EntityType="ORDERS.Order"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>
"""

Order = dict[str, str]


class Orders:
    """The orders of one backend, and the sessions that may change them."""

    def __init__(self) -> None:
        names = ("Nordwind", "Südsee", "Ostpol")
        self._orders = {str(n): _order(str(n), name, f"{n * 100}.00") for n, name in enumerate(names, start=1)}
        self._tokens: dict[str, str] = {}

    async def answer(self, request: Request) -> Answer:
        """Answer a request below `ROOT`."""
        if request.method in ("GET", "HEAD"):
            found = self._read(request)
            return Answer(found.status, (*found.headers, *self._csrf(request)), found.body)
        if not self._may_write(request):
            return as_text("CSRF token validation failed", 403, (("x-csrf-token", "Required"),))
        return await self._write(request)

    def _read(self, request: Request) -> Answer:
        path = request.path.removeprefix(ROOT).strip("/")
        if path == "$metadata":
            return Answer(200, (("Content-Type", "application/xml"),), _METADATA.encode())
        if path == "":
            return as_json({"d": {"EntitySets": ["Orders"]}})
        if path == "Orders":
            skip, top = int(request.query("$skip", "0")), int(request.query("$top", "100"))
            return as_json({"d": {"results": list(self._orders.values())[skip : skip + top]}})
        order = self._orders.get(_key(path))
        return as_json({"d": order}) if order else _error(404, f"Resource not found for segment '{path}'")

    async def _write(self, request: Request) -> Answer:
        path = request.path.removeprefix(ROOT).strip("/")
        if request.method == "POST" and path == "Orders":
            return self._create(await request.whole_body())
        if request.method == "DELETE" and _key(path) in self._orders:
            del self._orders[_key(path)]
            return Answer(204)
        return _error(405, f"{request.method} is not possible for '{path}'")

    def _create(self, body: bytes) -> Answer:
        try:
            given = json.loads(body)
            number = str(max(map(int, self._orders), default=0) + 1)
            order = _order(number, str(given["Customer"]), str(given.get("Amount", "0.00")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return _error(400, "An order is a JSON object with a Customer")
        self._orders[number] = order
        return as_json({"d": order}, 201, (("Location", f"{ROOT}/Orders('{number}')"),))

    def _csrf(self, request: Request) -> Headers:
        """A token for who asks for one, in a session that is new or the caller's own."""
        if request.header("x-csrf-token").lower() != "fetch":
            return ()
        session = _session(request)
        if session not in self._tokens:
            session = secrets.token_urlsafe(16)
            self._tokens[session] = secrets.token_urlsafe(16)
        return (
            ("x-csrf-token", self._tokens[session]),
            ("Set-Cookie", f"{SESSION_COOKIE}={session}; path=/; HttpOnly"),
            ("Set-Cookie", "sap-usercontext=sap-client=100; path=/"),
        )

    def _may_write(self, request: Request) -> bool:
        expected = self._tokens.get(_session(request))
        return expected is not None and secrets.compare_digest(expected, request.header("x-csrf-token"))


def _order(number: str, customer: str, amount: str) -> Order:
    return {"ID": number, "Customer": customer, "Amount": amount}


def _key(path: str) -> str:
    match = re.fullmatch(r"Orders\('([^']*)'\)", path)
    return match[1] if match else ""


def _session(request: Request) -> str:
    cookie = SimpleCookie(request.header("cookie")).get(SESSION_COOKIE)
    return cookie.value if cookie else ""


def _error(status: int, message: str) -> Answer:
    return as_json({"error": {"code": f"SAMPLE/{status}", "message": {"lang": "en", "value": message}}}, status)
