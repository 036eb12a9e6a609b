"""The Destination service: finds a destination for an application and fetches the tokens it needs.

For: applications, through `api/destinations.py`.
Enters: `service.DestinationService`, with the bearer token of a destination instance and a name.
Leaves: an `Answer`; a token that could not be fetched is an entry in it that names a fault, never a failed request.
Must never: show one subaccount's or one instance's content to another, follow a redirect of a token service, send a
secret to a host that was not looked at, log an answer.

A find in order: `request` (what was asked) → `caller` (who asks) → `find` (which level has it, conditions) →
`auth/` (one file per authentication type) → `answer`.
"""
