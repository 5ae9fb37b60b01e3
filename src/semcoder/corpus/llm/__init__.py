"""Programs written by a language model, from seeds through execution and self-debugging."""
