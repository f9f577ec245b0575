"""arXiv: bulk tars from its requester-pays bucket, single e-prints, and metadata over OAI-PMH."""
