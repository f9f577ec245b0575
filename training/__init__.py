"""Trains CLIP models on pairs with open_clip's own training code, and exports them for the build to use."""
