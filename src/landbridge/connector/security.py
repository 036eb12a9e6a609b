"""How safely this connector is set up, in the words of the original (cloud-connector §7.6)."""

from __future__ import annotations

OK, LOW_RISK = "ok", "low_risk"


def security_status() -> dict[str, str]:
    """A verdict for each topic. What this connector has not got, or always does right, is ok.

    Its trust store trusts nobody by itself, it dials TLS 1.3 only, has no administration page with a certificate or a
    login, writes no payload into traces. Any application of the subaccount may use it: that is a low risk, as with the
    original's default.
    """
    topics = {
        "cpic_trace": OK,
        "trust_store": OK,
        "ciphers": OK,
        "ui_certificate": OK,
        "payload_trace": OK,
        "authentication_type": OK,
        "application_whitelist": LOW_RISK,
    }
    return {"summary": LOW_RISK if LOW_RISK in topics.values() else OK, **topics}
