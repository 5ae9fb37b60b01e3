"""The other renderings of a trace."""
