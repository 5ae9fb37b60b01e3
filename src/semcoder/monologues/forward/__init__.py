"""Forward monologues: from an input to the output."""
