"""Failures on request: what should go wrong, as data, so that applications can be tried out against it.

For: the doors of the gateway, the token service and the find call, on laptops alone.
Enters: rows that developers add over the admin API. Leaves: what is to happen to a call, if anything.
Must never: exist in the server profile, outlive a reset, do I/O.
"""
