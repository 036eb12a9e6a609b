"""The section `service_mappings` of a subaccount: which services its connectors may reach."""

from __future__ import annotations

from landbridge.landscape.addresses import BadAddress, internal_address
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.problems import shown
from landbridge.model.identifiers import is_location_id
from landbridge.model.service_channel import ServiceMapping


def read_service_mappings(fields: Fields, subaccount_id: str) -> tuple[ServiceMapping, ...]:
    """The service mappings of a subaccount; a service is named once (connectivity-proxy §13)."""
    once = Once()
    return tuple(_mapping(item, subaccount_id, once) for item in fields.tables("service_mappings"))


def _mapping(fields: Fields, subaccount_id: str, once: Once) -> ServiceMapping:
    fields.only("service", "internal", "location_ids")
    service = fields.text("service")
    if service:
        once.check(service, fields, "service")
    host, port = _internal(fields)
    places = fields.texts("location_ids") if fields.has("location_ids") else ("",)
    for place in places:
        if not is_location_id(place):
            fields.wrong("location_ids", shown(place), "location ids: letters, digits, '.', '_', '~', '-'")
    return ServiceMapping(subaccount_id, service, host, port, places)


def _internal(fields: Fields) -> tuple[str, int]:
    given = fields.text("internal")
    if not given:
        return "", 0
    try:
        address = internal_address(given)
    except BadAddress as error:
        fields.wrong("internal", shown(given), str(error))
        return "", 0
    if address.ports > 1:
        fields.wrong("internal", shown(given), "host:port, one port")
    return address.host, address.port
