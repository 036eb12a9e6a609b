"""The landscape of the demonstration: one subaccount, its services, a destination, and a connector for it."""

from __future__ import annotations

SUBACCOUNT = "demo"
CONNECTOR = "office"
LOCATION = "office"
DESTINATION = "erp"
VIRTUAL = "erp.demo:8000"

_TEXT = """\
landbridge: 1
subaccounts:
  - id: 3f1c6a52-7f4e-4c5a-9a54-0d8f0a3f5b11
    subdomain: {subaccount}
    name: Demonstration
    instances:
      - {{name: demo-destination, service: destination}}
      - {{name: demo-connectivity, service: connectivity}}
    destinations:
      - Name: {destination}
        Type: HTTP
        URL: http://{virtual}
        ProxyType: OnPremise
        Authentication: NoAuthentication
        CloudConnectorLocationId: {location}
connectors:
  - name: {connector}
    subaccount: {subaccount}
    location_id: {location}
    mappings:
      - virtual: {virtual}
        internal: 127.0.0.1:{port}
        protocol: HTTP
        resources:
          - path: /sap/opu/odata/sap/ORDERS
          - path: /slow
          - path: /silent
          - path: /status
          - path: /large
          - path: /cut
"""


def landscape(backend_port: int) -> str:
    """The landscape file for a backend on this port of this machine."""
    return _TEXT.format(
        subaccount=SUBACCOUNT,
        destination=DESTINATION,
        virtual=VIRTUAL,
        location=LOCATION,
        connector=CONNECTOR,
        port=backend_port,
    )
