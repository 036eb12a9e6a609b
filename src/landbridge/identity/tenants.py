"""Which tenant a token is asked for (destination-service §5.2)."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.model.subaccount import Client, Subaccount
from landbridge.store import Session, SubaccountRepository, SubscriptionRepository


async def of_host(session: Session, subdomain: str) -> Subaccount | None:
    """The tenant that the host names; None for a host that names none.

    Raises `FaultError` (`identity.tenant-unknown`).
    """
    if not subdomain:
        return None
    tenant = await SubaccountRepository(session).by_subdomain(subdomain)
    if tenant is None:
        raise FaultError(fault("identity.tenant-unknown", subdomain=subdomain[:100]))
    return tenant


async def for_client(session: Session, client: Client, by_host: Subaccount | None, zid: str) -> Subaccount:
    """The tenant that `client` gets a token for: that of the host, that of x-zid, else its own.

    On the host of the client's own subaccount x-zid wins, as Java clients want it. A client acts in its own subaccount
    and in those that have subscribed to an application of it. Raises `FaultError`: `identity.zone-unknown`,
    `identity.not-subscribed`.
    """
    own = client.subaccount_id
    tenant = by_host
    if zid and (by_host is None or by_host.id == own):
        tenant = await SubaccountRepository(session).get(zid.lower())
        if tenant is None:
            raise FaultError(fault("identity.zone-unknown", zid=zid[:100]))
    if tenant is None:
        tenant = await SubaccountRepository(session).get(own)
    if tenant is None or not await may_act_in(session, client, tenant.id):
        name = tenant.subdomain if tenant else own
        raise FaultError(fault("identity.not-subscribed", client=client.id, tenant=name))
    return tenant


async def may_act_in(session: Session, client: Client, subaccount_id: str) -> bool:
    """Whether it is the client's own subaccount, or one that has subscribed."""
    if client.subaccount_id == subaccount_id:
        return True
    return await SubscriptionRepository(session).is_subscribed(subaccount_id, client.subaccount_id)
