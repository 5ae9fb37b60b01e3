"""Which programs are the same as an earlier one: in text, nearly in text, or in what they do."""

import hashlib
from collections import defaultdict

import numpy as np
from datasketch import LeanMinHash, MinHashLSH

from semcoder.corpus.filters.fingerprints import NUM_PERMUTATIONS, SCHEME, Fingerprint


class Deduplicator:
    """Sees programs one after another and says which are new; the first of equals is kept.

    Several programs of one behaviour are wanted (ways to write the same thing), so up to `realisations` of them are
    kept, each with another outline: equal behaviour and equal kinds of nodes is the same program with other names,
    constants or phrases.
    """

    def __init__(self, jaccard: float, realisations: int = 1):
        self._jaccard, self._realisations = jaccard, realisations
        self._exact: set[int] = set()
        self._shingles: list[np.ndarray] = []
        self._outlines: dict[int, list[int]] = defaultdict(list)  # behaviour -> those of its programs
        # A lower bar in the index, because its estimate is rough; the true overlap decides. Short keys: the index
        # is what fills the memory.
        self._index = MinHashLSH(threshold=max(0.5, jaccard - 0.1), num_perm=NUM_PERMUTATIONS, hashfunc=shorten)

    def find_reason(self, seen: Fingerprint) -> str:
        """Returns why a program is refused, or "" and remembers it.

        Reasons: `exact duplicate`, `near-duplicate`, `behavioural duplicate`, `behaviour has enough realisations`.
        """
        if seen.exact in self._exact:
            return "exact duplicate"
        sketch = LeanMinHash(seed=1, hashvalues=seen.sketch, scheme=SCHEME)
        if any(measure_overlap(seen.shingles, self._shingles[key]) >= self._jaccard
               for key in self._index.query(sketch)):
            return "near-duplicate"
        outlines = self._outlines[seen.behaviour] if seen.behaviour else []
        if seen.outline in outlines:
            return "behavioural duplicate"
        if len(outlines) >= self._realisations:
            return "behaviour has enough realisations"
        outlines.append(seen.outline)
        self._exact.add(seen.exact)
        self._index.insert(len(self._shingles), sketch, check_duplication=False)
        self._shingles.append(seen.shingles)
        return ""


def measure_overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Returns the Jaccard index of two sorted arrays of distinct values."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def shorten(key: bytes) -> bytes:
    """Returns the 8-byte hash of a key of the index."""
    return hashlib.blake2b(key, digest_size=8).digest()
