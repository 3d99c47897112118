"""Side-by-side measurements: every figure beside its rival, in one run, as ratios; `python -m benchmarks`."""
