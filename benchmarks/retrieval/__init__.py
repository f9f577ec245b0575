"""How well pairs are found: by sentences that mention them, and pictures by captions and back."""
