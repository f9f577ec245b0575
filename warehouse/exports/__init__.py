"""A release in the forms that training reads: WebDataset shards and Hugging Face datasets, with their cards."""
