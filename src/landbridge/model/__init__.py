"""Frozen nouns and their rules: what a destination, a mapping, a principal is.

For: every package above. Enters: values that were parsed at the border. Leaves: immutable values, safe to share.
Must never: do I/O, read a clock, log, hold a secret in a plain `str`.
"""
