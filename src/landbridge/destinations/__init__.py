"""The Destination service: finds a destination for an application and fetches the tokens it needs; keeps what it finds.

For: applications, through `api/destination*.py`, `api/certificates.py` and `api/trust.py`.
Enters: `service.DestinationService` with a find request; `reading.Reading`, `writing.Writing`, `labels.Labelling` with
a place that `entrance.Entrance` has let the caller into.
Leaves: an `Answer`; a token that could not be fetched is an entry in it that names a fault, never a failed request.
Must never: show one subaccount's or one instance's content to another, follow a redirect of a token service, send a
secret to a host that was not looked at, log an answer.

A find in order: `request` (what was asked) → `caller` (who asks) → `find` (which of the `levels` has it, fragments
merged) → `attached` (certificates) → `auth/` (one file per authentication type, with `lookup` for what it needs beside)
→ `service` puts the answer together; `trail` and `audit` write down what happened.
Content in order: `entrance` (who may) → `listing` and `filter` (what is wanted) → `reading`, or `writing` with what
`kinds` says of destinations, fragments and certificates.
"""
