"""Commands that are more than a call into one stage; each offers `add_arguments` and `run` to `semcoder.__main__`."""
