"""How far the cloud side may go by itself, when somebody else names the address: token services, keys of issuers."""

from __future__ import annotations

from enum import StrEnum


class Reach(StrEnum):
    """`public`: the internet. `private`: also networks of one's own (RFC 1918, unique local), but never this machine,
    its link or the metadata services of clouds. `all`: everything, for laptops (destination-service §3.7)."""

    PUBLIC = "public"
    PRIVATE = "private"
    ALL = "all"
