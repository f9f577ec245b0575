"""Which words of a caption belong to which panel of its figure."""
