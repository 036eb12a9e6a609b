"""Benchmarks: gateway + connector side by side with `ssh -R`, in one run, to the same backend.

What: requests per second, latency, bulk throughput, memory and CPU of the data path.
For whom: everybody who changes the data path or chooses between this and a plain tunnel; `make bench` runs it.
Enters: `python -m bench` with options (`options.py`). Leaves: a table on stdout, JSON in `bench/results/`, and with
`--write-docs` the table in `docs/benchmarks.md`.
Must never: be imported by the product, assert speed, listen outside loopback, or leave a process behind.
"""
