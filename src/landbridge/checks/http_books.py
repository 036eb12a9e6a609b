"""The books about what HTTP targets answer."""

from __future__ import annotations

from landbridge.checks.rules import (
    check_2xx3xx,
    check_4xx,
    check_5xx,
    outbound_csrf_403,
    outbound_http_401,
    outbound_http_411,
    outbound_http_503,
    outbound_osci_conversion,
    own_answers,
)
from landbridge.checks.rules.book import Book

HTTP_BOOKS: tuple[Book, ...] = (
    *own_answers.BOOKS,
    outbound_http_401.BOOK,
    outbound_csrf_403.BOOK,
    outbound_http_411.BOOK,
    outbound_http_503.BOOK,
    outbound_osci_conversion.BOOK,
    check_2xx3xx.BOOK,
    check_4xx.BOOK,
    check_5xx.BOOK,
)
