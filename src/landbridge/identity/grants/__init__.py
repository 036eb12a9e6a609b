"""The ways to a token, a file each.

For: `identity/tokens.py`, which authenticates the client and selects the tenant before.
Enters: a `GrantRequest`. Leaves: `Granted`, or a `FaultError`.
Must never: sign, or trust what the client says of itself.
"""
