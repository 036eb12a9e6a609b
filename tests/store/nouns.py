"""Nouns that the store tests put and read."""

from __future__ import annotations

from landbridge.model.destination import Destination, destination
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, Service, ServiceInstance, Subaccount, User

ACME = Subaccount("3fa85f64-5717-4562-b3fc-2c963f66afa6", "acme", "Acme")
OTHER = Subaccount("11111111-2222-4333-8444-555555555555", "other", "Other")

INSTANCE = ServiceInstance("9a1de7b2-0000-4000-8000-000000000001", "dest", Service.DESTINATION, "lite", ACME.id)

CLIENT = Client(
    id="sb-clone1!b1|destination-xsappname!b1",
    secret=Secret("client-secret-in-the-clear"),
    binding_id="9a1de7b2-0000-4000-8000-000000000002",
    binding_name="default",
    instance_id=INSTANCE.id,
    subaccount_id=ACME.id,
    service=Service.DESTINATION,
    xsappname="clone1!b1|destination-xsappname!b1",
)

ALICE = User(
    "alice@acme.test",
    Secret("alice-password-in-the-clear"),
    email="alice@acme.test",
    given_name="Alice",
    scopes=("orders.Read",),
    groups=("Buyers",),
    attributes={"costcenter": ("1000", "2000")},
)


def orders(**changes: str) -> Destination:
    return destination(
        {
            "Name": "orders",
            "Type": "HTTP",
            "URL": "http://erp.virtual:443",
            "Authentication": "BasicAuthentication",
            "User": "svc",
            "Password": "destination-password-in-the-clear",
            **changes,
        }
    )
