"""What `scimmir doctor` looks at: Python, locked packages, programs, models, disk, stores and servers."""
