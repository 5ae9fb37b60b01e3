"""Scores of answers written elsewhere on public benchmarks: by each benchmark's own rule, and by a stricter one."""
