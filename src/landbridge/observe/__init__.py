"""Logs and metrics: what the programs say about themselves, with secrets taken out.

For: every service package. Enters: log events and plain integers. Leaves: lines on stderr, the text of GET /metrics.
Must never: write to stdout, let a secret through, be called once per chunk on the data path (count integers there).
"""
