"""The environment variable `destinations`, in the forms of the clients that read it (destination-service §8.4).

It goes around the Destination service: clients take what stands there first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

_APPROUTER_FLAGS = {
    "forwardAuthToken": ("HTML5.ForwardAuthToken", "forwardAuthToken"),
    "forwardAuthCertificates": ("HTML5.ForwardAuthCertificates",),
    "setXForwardedHeaders": ("HTML5.SetXForwardedHeaders",),
}


def for_js(destinations: Iterable[Mapping[str, str]]) -> str:
    """SAP Cloud SDK for JavaScript: entries with the key `URL` are read as the service's own JSON."""
    return _text(dict(item) for item in _with_url(destinations))


def for_java(destinations: Iterable[Mapping[str, str]]) -> str:
    """SAP Cloud SDK for Java: a `name` in lower case, then the service's properties."""
    return _text({"name": item["Name"], **item} for item in _with_url(destinations))


def for_approuter(destinations: Iterable[Mapping[str, str]]) -> str:
    """The approuter: names of its own, and no authentication but what it forwards."""
    return _text(_route(item) for item in _with_url(destinations))


def _route(item: Mapping[str, str]) -> dict[str, object]:
    route: dict[str, object] = {"name": item["Name"], "url": item["URL"]}
    for key, names in _APPROUTER_FLAGS.items():
        given = next((item[name] for name in names if name in item), "")
        if given:
            route[key] = given.lower() == "true"
    if item.get("ProxyType", "").lower() == "onpremise":
        route["proxyType"] = "OnPremise"
    if item.get("TrustAll", "").lower() == "true":
        route["strictSSL"] = False
    if item.get("HTML5.Timeout", "").isdecimal():
        route["timeout"] = int(item["HTML5.Timeout"])
    if "HTML5.IASDependencyName" in item:
        route["IASDependencyName"] = item["HTML5.IASDependencyName"]
    return route


def _with_url(destinations: Iterable[Mapping[str, str]]) -> Iterable[Mapping[str, str]]:
    """The variable knows HTTP alone."""
    return (item for item in destinations if item.get("Type") == "HTTP" and item.get("URL"))


def _text(entries: Iterable[Mapping[str, object]]) -> str:
    return json.dumps(list(entries), ensure_ascii=False) + "\n"
