"""Intervals and paired differences by bootstrap over items, and pass@k; what draws takes its own generator."""

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


def seeds_interval(values_SI: np.ndarray, rng: np.random.Generator, num_resamples: int = 2000) -> tuple[float, float]:
    """Returns the 95 % percentile interval of the mean of per-seed and per-item values, (num_seeds, num_items).

    Items and training seeds are resampled, each apart; with one seed it is over items alone.
    """
    if len(values_SI) == 1:
        return bootstrap_interval(values_SI[0], rng, num_resamples)
    num_seeds, num_items = values_SI.shape
    means = [values_SI[rng.integers(0, num_seeds, num_seeds)][:, rng.integers(0, num_items, num_items)].mean()
             for _ in range(num_resamples)]
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def seeds_difference(a_SI: np.ndarray, b_SI: np.ndarray, rng: np.random.Generator,
                     num_resamples: int = 2000) -> tuple[float, float, float]:
    """Returns (mean of a - b, low, high), resampling items for both arms alike and each arm's training seeds apart.

    With one seed per arm the interval is over items alone, and says nothing about another training.

    Args:
        a_SI, b_SI: per-seed and per-item values of two arms, (num_seeds, num_items); the same items in the same order.
    """
    if len(a_SI) == len(b_SI) == 1:
        return paired_difference(a_SI[0], b_SI[0], rng, num_resamples)
    num_items, differences = a_SI.shape[1], []
    for _ in range(num_resamples):
        items = rng.integers(0, num_items, num_items)
        means = [arm[rng.integers(0, len(arm), len(arm))][:, items].mean() for arm in (a_SI, b_SI)]
        differences.append(means[0] - means[1])
    low, high = np.quantile(differences, (0.025, 0.975))
    return float(a_SI.mean() - b_SI.mean()), float(low), float(high)


def bootstrap_statistic(statistic, num_items: int, rng: np.random.Generator,
                        num_resamples: int = 2000) -> tuple[float, float]:
    """Returns the 95 % percentile interval of any statistic of items; (nan, nan) when there are none.

    Args:
        statistic: takes the numbers of the items drawn, (num_items,), and returns one number or nan.
        num_items: how many items there are; they are drawn with replacement.
    """
    if num_items == 0:
        return float("nan"), float("nan")
    values = [statistic(rng.integers(0, num_items, size=num_items)) for _ in range(num_resamples)]
    low, high = np.nanquantile(values, (0.025, 0.975)) if not np.all(np.isnan(values)) else (np.nan, np.nan)
    return float(low), float(high)


def wilson_interval(num_successes: int, num_trials: int) -> tuple[float, float]:
    """Returns Wilson's 95 % interval of a share; (nan, nan) for no trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if num_trials == 0:
        return float("nan"), float("nan")
    z, share = 1.959964, num_successes / num_trials
    centre, spread = share + z**2 / (2 * num_trials), z * np.sqrt(share * (1 - share) / num_trials
                                                                  + z**2 / (4 * num_trials**2))
    return float((centre - spread) / (1 + z**2 / num_trials)), float((centre + spread) / (1 + z**2 / num_trials))


def pass_at_k(num_samples: int, num_passed: int, k: int) -> float:
    """Returns the chance that of k samples, drawn from an item's without putting back, at least one passes.

    That is 1 - C(n - c, k) / C(n, k) for n samples of which c pass, multiplied out so that no number grows large.

    Source: M. Chen et al., Evaluating large language models trained on code, 2021, section 2.1.
    """
    assert 0 <= num_passed <= num_samples and 1 <= k <= num_samples, (num_samples, num_passed, k)
    num_failed = num_samples - num_passed
    if num_failed < k:
        return 1.0
    return float(1.0 - np.prod(1.0 - k / np.arange(num_failed + 1, num_samples + 1)))


def make_generator(*parts: object) -> np.random.Generator:
    """Returns a generator seeded by the text of `parts`, the same on every machine."""
    import hashlib

    return np.random.default_rng(int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "little"))
