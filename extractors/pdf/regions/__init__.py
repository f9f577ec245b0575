"""Which part of the page belongs to a caption: free spaces, choices among them, and the words of tables."""
