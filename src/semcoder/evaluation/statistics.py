"""Intervals and paired differences by bootstrap over items; every function takes its own generator."""

import numpy as np


def bootstrap_interval(values: np.ndarray, rng: np.random.Generator, num_resamples: int = 2000) -> tuple[float, float]:
    """Returns the 95 % percentile interval of the mean of `values` (num_items,); (nan, nan) when empty.

    When all values are equal the percentile interval has width 0, which would hide small n; then the bound of
    the rule of three (3 / n) replaces it.
    """
    values = np.asarray(values, dtype=float)
    n = len(values)
    if n == 0:
        return float("nan"), float("nan")
    if np.all(values == values[0]) and values[0] in (0.0, 1.0):
        return (0.0, min(1.0, 3 / n)) if values[0] == 0 else (max(0.0, 1 - 3 / n), 1.0)
    means = values[rng.integers(0, n, size=(num_resamples, n))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def paired_difference(a: np.ndarray, b: np.ndarray, rng: np.random.Generator,
                      num_resamples: int = 2000) -> tuple[float, float, float]:
    """Returns (mean of a - b, low, high): the same items resampled for both arms.

    Args:
        a, b: per-item values of two arms, (num_items,), same order of items.
    """
    difference = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    if not difference.any():  # no item differs: by the rule of three, up to 3 / n of them might, either way
        return 0.0, -min(1.0, 3 / max(1, len(difference))), min(1.0, 3 / max(1, len(difference)))
    low, high = bootstrap_interval(difference, rng, num_resamples)
    return float(difference.mean()), low, high


def make_generator(*parts: object) -> np.random.Generator:
    """Returns a generator seeded by the text of `parts`, the same on every machine."""
    import hashlib

    return np.random.default_rng(int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "little"))
