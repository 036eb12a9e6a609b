"""Who is who: the token service, our keys and CA, enrolment of connectors, verification of tokens.

For: `api/tokens.py`, destinations, the gateway (through injected protocols), and everybody who verifies tokens.
Enters: `TokenService.issue` (a token request), `TokenVerifier.verify` (a token), `Enrolment.enrol` (a connector's CSR).
Leaves: signed tokens, `VerifiedToken`, certificates; refusals as faults of `faults/catalogue/identity.py`.
Must never: log a secret or a token, trust a token that it did not sign, let a client act in a foreign subaccount.

`verify.py` imports only model and faults, so that gateway and connector can use it alone.
"""
