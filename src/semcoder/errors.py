"""The one exception for a user's mistake or a broken environment: thing, value, remedy in one line."""


class UserError(ValueError):
    """A problem the reader can mend; the command line prints only its message and exits with 2."""
