"""How well pairs are found: figures by sentences that mention them."""
