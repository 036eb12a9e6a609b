"""outbound.http-411: the receiver wants to know the length of the body (failure-catalogue, row 22)."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.manner import Framing
from landbridge.checks.observations import HttpAnswer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.http import emitter, last, said

_WAYS = {
    Framing.LENGTH: "Content-Length",
    Framing.NONE: "neither Content-Length nor Transfer-Encoding",
    Framing.CHUNKED: "Transfer-Encoding: chunked",
    Framing.BOTH: "Content-Length and Transfer-Encoding together",
}


def sent_as(answer: HttpAnswer) -> Framing:
    """How a request said the length of its body."""
    length, chunks = bool(answer.sent_header("content-length")), bool(answer.sent_header("transfer-encoding"))
    if length:
        return Framing.BOTH if chunks else Framing.LENGTH
    return Framing.CHUNKED if chunks else Framing.NONE


def _applies(evidence: Evidence) -> bool:
    """411, or a refusal that goes away with a length."""
    post, other = last(evidence, "post"), last(evidence, "post-length")
    if post is None or not post.status:
        return False
    return post.status == 411 or (other is not None and 0 < other.status != post.status)


def _refused_as(framing: Framing) -> Callable[[Evidence], Verdict]:
    """A judgement: that way of saying the length is refused, and a plain length is not."""

    def judge(evidence: Evidence) -> Verdict:
        post, other = last(evidence, "post"), last(evidence, "post-length")
        if post is None:
            return None
        used = sent_as(post)
        if used is not framing:
            return Not(f"sent was {_WAYS[used]}")
        if other is not None and other.status == post.status:
            return Not(f"with a length the answer is {other.status} too")
        with_length = (f"with Content-Length: {other.status} {other.phrase}".rstrip(),) if other is not None else ()
        sure = Confidence.PROVEN if with_length else Confidence.CONSISTENT
        return Holds((said(post), f"sent was {_WAYS[used]}", *with_length), sure, emitter(post))

    return judge


def proxy_strips(evidence: Evidence) -> Verdict:
    """A length was sent, and the receiver misses it."""
    post, other = last(evidence, "post"), last(evidence, "post-length")
    answer = other or post
    if answer is None:
        return None
    if sent_as(answer) is Framing.LENGTH and answer.status == 411:
        saw = (said(answer), f"Content-Length: {answer.sent_header('content-length')} was sent")
        return Holds(saw, Confidence.CONSISTENT, emitter(answer))
    return Not(f"with a length the answer is {answer.status}")


BOOK = Book(
    "outbound.http-411",
    _applies,
    (
        Rule("null-body", Layer.PROTOCOL, "target", _refused_as(Framing.NONE)),
        Rule("chunked-refused", Layer.PROTOCOL, "target", _refused_as(Framing.CHUNKED)),
        Rule("both-headers", Layer.PROTOCOL, "target", _refused_as(Framing.BOTH)),
        Rule("proxy-strips", Layer.PROXY, "proxy", proxy_strips),
    ),
)
