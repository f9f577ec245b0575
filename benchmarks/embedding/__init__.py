"""What a vector costs beside the networks that make it."""
