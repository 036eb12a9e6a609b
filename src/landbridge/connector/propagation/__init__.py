"""Identity propagation: from the token in a stream to the certificate that the backend is shown (cloud-connector §3).

For: served requests. Enters: the raw token of Open, the trust list from the cloud side, the subject rules.
Leaves: a principal and header lines, or a fault that the caller is answered with (401, origin connector).
Must never: trust a key that is not in the trust list, fetch one, keep or log a token, mix two principals.

token.py verifies, subject.py chooses the subject, certificate.py issues, propagate.py does one after the other.
"""
