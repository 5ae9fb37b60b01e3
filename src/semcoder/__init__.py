"""An open reproduction of SemCoder: corpus, traces, monologues, training, evaluation, ablations, book."""

__version__ = "0.1.0"
