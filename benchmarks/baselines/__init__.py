"""Other programs for the same task, run beside ours in the same benchmark."""
