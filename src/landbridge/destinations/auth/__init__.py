"""Authentication types: one file each, and what the OAuth ones share.

For: `destinations/service.py`. Enters: `types.entries(retrieval)`. Leaves: entries of `authTokens`.
A type is a coroutine from a `Retrieval` to tokens; it raises `FaultError` when it cannot have them, and the fault
becomes an error entry. A new type is one file and one line in `types.py`.
Must never: fail the find request, put a secret into a message.

Shared: `retrieval` (what a type gets), `entry` (what it makes), `token_request` and `token_url` (the OAuth request from
properties, pure), `token_call` (sends it), `reach` (which addresses it may go to).
"""
