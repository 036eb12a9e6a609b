"""What an administrator may do, over storage, identity, landscape and gateway: the service behind /admin.

For: `api/admin.py` (which names it by a protocol), `app.py` (which wires it), tests. Enters: `AdministrationService`.
Leaves: answers ready for JSON. Must never: show a secret where that is not the point (bindings, invitations, tokens).
"""
