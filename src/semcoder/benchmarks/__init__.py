"""Measurements with the alternatives beside: `python -m semcoder bench` prints and keeps them (results/benchmarks/)."""
