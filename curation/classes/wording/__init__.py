"""The rules of wording: what captions, mentions and tables say of a class in so many words."""
