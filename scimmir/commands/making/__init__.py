"""Commands that get papers and make releases and what is handed on of them."""
