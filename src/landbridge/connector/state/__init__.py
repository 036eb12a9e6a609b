"""The connector's own files: who it is (key, certificate, authority) and where its gateways are.

For: connector. Enters: what enrolment brought. Leaves: an `Enrolment` noun. Must never: leave a half-written state,
or a key that others can read.
"""
