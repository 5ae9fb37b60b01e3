"""Backward monologues: from an output to an input that gives it."""
