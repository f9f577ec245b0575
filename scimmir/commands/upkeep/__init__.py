"""Commands that look after an installation and a warehouse."""
