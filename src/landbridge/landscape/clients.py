"""The OAuth client of an instance: its id has the shape of the original's, its secret is random and kept."""

from __future__ import annotations

from secrets import token_urlsafe
from uuid import UUID, uuid5

from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, Service, ServiceInstance

BINDING = "default"
"""Name of the one binding that every instance of a landscape has."""

_BROKERS = {Service.DESTINATION: "destination-xsappname!b1", Service.CONNECTIVITY: "connectivity!b1"}


def app_name(instance: ServiceInstance, binding: str = BINDING) -> str:
    """`xsappname` of the binding (destination-service §6.1): a clone of the broker's, or the application's own."""
    if instance.service is Service.XSUAA:
        return f"{instance.xsappname}!t1"
    clone = uuid5(UUID(instance.id), f"clone:{binding}").hex
    return f"clone{clone}!b1|{_BROKERS[instance.service]}"


def new_client(instance: ServiceInstance, binding: str = BINDING) -> Client:
    """A client with a new random secret. Its id depends on the instance and the name of the binding alone."""
    app, binding_id = app_name(instance, binding), uuid5(UUID(instance.id), f"binding:{binding}")
    # Bindings of an application share its name, so their clients are told apart by something else.
    more = f"-{binding_id.hex[:12]}" if instance.service is Service.XSUAA and binding != BINDING else ""
    return Client(
        id=f"sb-{app}{more}",
        secret=Secret(token_urlsafe(32)),
        binding_id=str(binding_id),
        binding_name=binding,
        instance_id=instance.id,
        subaccount_id=instance.subaccount_id,
        service=instance.service,
        xsappname=app,
    )
