"""The OAuth client of an instance: its id has the shape of the original's, its secret is random and kept."""

from __future__ import annotations

from secrets import token_urlsafe
from uuid import UUID, uuid5

from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, Service, ServiceInstance

BINDING = "default"
"""Name of the one binding that every instance of a landscape has."""

_BROKERS = {Service.DESTINATION: "destination-xsappname!b1", Service.CONNECTIVITY: "connectivity!b1"}


def app_name(instance: ServiceInstance) -> str:
    """`xsappname` of the binding (destination-service §6.1): a clone of the broker's, or the application's own."""
    if instance.service is Service.XSUAA:
        return f"{instance.xsappname}!t1"
    clone = uuid5(UUID(instance.id), f"clone:{BINDING}").hex
    return f"clone{clone}!b1|{_BROKERS[instance.service]}"


def new_client(instance: ServiceInstance) -> Client:
    """A client with a new random secret. Its id depends on the instance alone."""
    return Client(
        id=f"sb-{app_name(instance)}",
        secret=Secret(token_urlsafe(32)),
        binding_id=str(uuid5(UUID(instance.id), f"binding:{BINDING}")),
        binding_name=BINDING,
        instance_id=instance.id,
        subaccount_id=instance.subaccount_id,
        service=instance.service,
        xsappname=app_name(instance),
    )
