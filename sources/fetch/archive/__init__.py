"""The archive that fetched papers go into: its files on disk or in a bucket, its ledger, which versions stay."""
