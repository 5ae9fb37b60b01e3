"""Programs of our own making, from seeds: crux-like and described, at three levels, each statement of use."""

from semcoder.corpus.synthetic.crux import generate_crux

__all__ = ["generate_crux"]
