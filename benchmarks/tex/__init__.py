"""Papers as TeX itself compiles them: what it lists, labels and opens."""
