"""Checks: names failures and their causes.

For: the command line, the API and later the connector; a library that any program here can call.
Enters: texts that people paste (`explain`), identifiers of failures.
Leaves: an `Explanation`; the pages in docs/failures/.
Must never: claim more than was measured, show a secret. Catalogue and explanation do no I/O, read no clock, do not log.
"""
