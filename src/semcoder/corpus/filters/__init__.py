"""Which programs may stay: nothing known already, in text or in what it does, and nothing of a benchmark."""
