"""Inputs for functions: proposals by kind, mutation of what runs, rounds that keep what shows something new."""
