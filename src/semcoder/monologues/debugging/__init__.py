"""Debugging monologues: from a failed test to its cause and the fix; bugs made on purpose or by a model."""
