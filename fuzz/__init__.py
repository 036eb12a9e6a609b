"""Coverage-guided fuzzing of `landbridge.wire`: bytes of a peer cost us bounded memory and at most its connection.

For: everybody who changes a parser. Enters: `python -m fuzz --seconds 20 [target...]`, for each target that long.
Leaves: one line per target; for a failure the traceback and a file with the bytes in `fuzz/found/`, which
`python -m fuzz --replay FILE TARGET` plays again. Needs atheris (development requirements); says so where it has no
wheel. Must never: be imported by the product, or know more of it than the functions that a peer's bytes reach.
"""
