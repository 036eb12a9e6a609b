"""A small HTTP/1.1 client for probes: it shows heads as they were, times each phase, and never reads without end.

For: probes of HTTP, OAuth, OData and SOAP targets.
Enters: a `Scene` and a `Request`. Leaves: an `Answer` with its fact.
Must never: send a secret to another host or to a server that nothing vouches for, decompress or collect without a
limit, keep a secret in a fact, judge.
"""
