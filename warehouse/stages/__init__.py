"""Where stage tables live: a folder named by the hash of what went in, written whole or not at all."""
