"""The one kind of error that a user sees as a sentence and not as a traceback."""


class UserError(Exception):
    """Something that the user can mend: a wrong call, a missing model, a full disk. The message says how."""
