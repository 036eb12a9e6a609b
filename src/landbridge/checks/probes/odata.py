"""An OData service: does it say what it is, in which version, and does it give its metadata?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.http.body import LIMIT
from landbridge.checks.http.client import Answer
from landbridge.checks.http.url import Url, of_target
from landbridge.checks.observations import Observation, ODataDescribed
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.csrf import may_ask
from landbridge.checks.probes.http import given, may_log_on, tried, way_open

_METADATA = "$metadata"
_EDMX = re.compile(rb"<(?:\w{1,20}:)?Edmx\b[^>]{0,2000}?\bVersion\s*=\s*[\"']([0-9.]{1,5})[\"']")
_EDMX_END = re.compile(rb"</(?:\w{1,20}:)?Edmx\s*>")
_DATA_SERVICES = re.compile(rb"DataServiceVersion\s*=\s*[\"']([0-9.]{1,5})[\"']")
_ATOM = re.compile(rb"<(?:\w{1,20}:)?service\b[^>]{0,2000}http://www\.w3\.org/2007/app")
_V4 = re.compile(rb"\"@(?:odata\.)?context\"\s*:")
_V2 = re.compile(rb"^\s*\{\s*\"d\"\s*:")


def described(part: str, answer: Answer) -> Sequence[Observation]:
    """The answer, seen as OData; nothing when there is no good one."""
    status = answer.fact.status
    if answer.head is None or not 200 <= status < 300:
        return ()
    content = answer.content
    form, version = _form(content[:65_536])
    kind = answer.head.get("content-type")[:100]
    cut = form == "edmx" and len(content) < LIMIT and not _EDMX_END.search(content[-1000:])
    return [ODataDescribed(part=part, form=form, version=version or _by_header(answer), content_type=kind, cut=cut)]


def _form(content: bytes) -> tuple[str, str]:
    """Which document of OData it is, and in which version."""
    if found := _EDMX.search(content):
        return "edmx", "V4" if found[1].startswith(b"4") else "V2"
    if _ATOM.search(content):
        return "atom", ""
    if _V4.search(content):
        return "json", "V4"
    return ("json", "V2") if _V2.search(content) else ("", "")


def _by_header(answer: Answer) -> str:
    if answer.head is None:
        return ""
    if answer.head.get("odata-version").startswith("4"):
        return "V4"
    return "V2" if answer.head.get("dataserviceversion")[:1] in ("1", "2") else ""


def _root(scene: Scene) -> Url:
    """The service itself, also when the URL is that of its metadata."""
    url = of_target(scene.target)
    path, _, query = url.path.partition("?")
    path = path.removesuffix(_METADATA).removesuffix("%24metadata")
    return url.at(path + (f"?{query}" if query else ""))


def _metadata_url(scene: Scene) -> Url:
    root = _root(scene)
    path, _, query = root.path.partition("?")
    return root.at(f"{path.rstrip('/')}/{_METADATA}" + (f"?{query}" if query else ""))


async def _answer(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return await tried(scene, evidence, "answer", (("GET", _root(scene)),), partial(described, "service"))


async def _logon(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    found = await tried(scene, evidence, "logon", (("GET", _root(scene)),), partial(described, "service"))
    return [given(scene), *found]


async def _metadata(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return await tried(scene, evidence, "metadata", (("GET", _metadata_url(scene)),), partial(described, "metadata"))


SAFE = Effect.SAFE
ANSWER = Probe("answer", Layer.PROTOCOL, SAFE, _answer, after=("tcp",), waits=("tls",), ready=way_open)
LOGON = Probe("logon", Layer.AUTHENTICATION, SAFE, _logon, after=("answer",), ready=may_log_on)
METADATA = Probe("metadata", Layer.APPLICATION, SAFE, _metadata, after=("answer",), waits=("logon",), ready=may_ask)
