"""The LLM teacher: monologues that a language model writes, kept where answer and steps are true (paper 4.2.3)."""
