"""Rules: from evidence to causes. A book for each failure, a rule for each cause that evidence can show or rule out.

For: `diagnose`. Enters: finished evidence. Leaves: verdicts.
Must never: do I/O, read a clock (evidence has its time), conclude from the words of a text.
"""
