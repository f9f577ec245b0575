"""How well a model finds captions for images and images for captions, and how well OCR reads tables."""
