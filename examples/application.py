"""What an application does to reach an internal system, without any library: token, destination, call.

    landbridge binding --subaccount acme --format default-env > default-env.json
    python3 examples/application.py ERP /sap/opu/odata/sap/ORDERS/Orders

Client libraries (the SAP Cloud SDK, approuter, CAP) do the same with the same default-env.json.
"""

import base64
import json
import sys
import urllib.error
import urllib.request


def token(credentials):
    """An access token for the client of a binding."""
    basic = base64.b64encode(f"{credentials['clientid']}:{credentials['clientsecret']}".encode()).decode()
    request = urllib.request.Request(
        f"{credentials['url']}/oauth/token",
        data=b"grant_type=client_credentials",
        headers={"Authorization": f"Basic {basic}"},
    )
    return json.load(direct.open(request))["access_token"]


def call(name, path):
    """Find the destination and read `path` of the system behind it, through the connectivity proxy."""
    url = f"{destination['uri']}/destination-configuration/v1/destinations/{name}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token(destination)}"})
    properties = json.load(direct.open(request))["destinationConfiguration"]
    headers = {
        "Proxy-Authorization": f"Bearer {token(connectivity)}",
        "SAP-Connectivity-SCC-Location_ID": properties.get("CloudConnectorLocationId", ""),
    }
    proxy = f"{connectivity['onpremise_proxy_host']}:{connectivity['onpremise_proxy_http_port']}"
    through_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://{proxy}"}))
    return through_proxy.open(urllib.request.Request(properties["URL"] + path, headers=headers))


with open("default-env.json", encoding="utf-8") as file:
    services = json.load(file)["VCAP_SERVICES"]
destination = services["destination"][0]["credentials"]
connectivity = services["connectivity"][0]["credentials"]
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

try:
    answer = call(*sys.argv[1:3])
    print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.status, error.headers["X-Internal-Error-Code"], "-", error.headers["X-Error-Message"])
    sys.exit(1)
