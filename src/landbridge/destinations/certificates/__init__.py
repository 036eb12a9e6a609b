"""Certificates that applications keep in the Destination service: uploaded, or made and renewed by our authority.

For: `api/certificates.py`, the find algorithm (which attaches them) and authentication types (which use their keys).
Enters: `service.CertificateService` with a caller's token; `loading.load(stored, password)` with a stored certificate.
Leaves: what is stored, as it was sent; a `KeyMaterial`; faults named `certificate.…`.
Must never: log content, show one level's files on another, fail for a hostile file other than by a named fault.

Inside: `loading` (stored → key), `upload` (what a client sends), `generation` with `validity` (what we make ourselves),
`renewal` (the periodic job), `public_keys`, `service`.
"""

from landbridge.destinations.certificates.loading import load
from landbridge.destinations.keystores.material import KeyMaterial

__all__ = ["KeyMaterial", "load"]
