"""Asks servers politely: one limit a host, retries, ranges, and nothing believed that an answer says of itself."""
