"""Which lines begin a caption, how far it goes, and where the running text mentions its float."""
