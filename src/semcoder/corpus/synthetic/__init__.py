"""Programs of our own making, from seeds: crux-like and described, at three levels, each statement of use."""

from semcoder.corpus.synthetic.crux import generate_crux
from semcoder.corpus.synthetic.described import generate_described

__all__ = ["generate_crux", "generate_described"]
