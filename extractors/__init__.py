"""What is read out of a paper: figures, tables and captions, their images, and the text in them."""
