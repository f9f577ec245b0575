"""What the expander does for tables: column types of the paper's own, commands that make whole tables."""
