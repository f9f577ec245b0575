"""What is decided about pairs: class, embedding, duplicates, contamination, licence and split."""
