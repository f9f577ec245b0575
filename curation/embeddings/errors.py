"""What goes wrong with embedders."""

from schemas.errors import UserError


class EmbedderError(UserError):
    """An embedder cannot be had; the message is one sentence for the person who chose it."""
