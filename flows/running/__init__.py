"""How a flow runs: its call is checked, its shards are handed to threads or a cluster, and its outcome is told."""
