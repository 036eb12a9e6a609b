"""Authentication types: one file each, and what the OAuth ones share.

For: the find algorithm. Enters: `tokens.TokenSource.entries(context)`. Leaves: entries of `authTokens`.
A type is a coroutine from a `Retrieval` to tokens; it raises `FaultError` when it cannot have them, and the fault
becomes an error entry. A new type is one file and one line in `types.py`.
Must never: fail the find request, put a secret into a message, use a user token that nobody verified.

Inside, in the order of a token: `context` (what find brings) → `tokens` → `chains` → `types` → the type →
`user_token` (with `foreign_keys`), `token_url`, `client_authentication` (with `client_assertion`) → `token_request` →
`token_fetch` → `token_cache` → `token_call` (with `reach`) → `token_answer` → `entry`. SAML: `saml_about`,
`saml_user`, `saml`, `saml_encoding`.
"""
