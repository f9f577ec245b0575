"""What `faults` breaks in the middle of a build, and how it tells what was lost."""
