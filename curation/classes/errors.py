"""What goes wrong with the classifier and its labels."""

from schemas.errors import UserError


class ClassModelError(UserError):
    """A classifier cannot be had or learnt; the message is one sentence for the person who chose it."""
