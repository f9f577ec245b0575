"""What every stage runs on: guarded work in processes, sandboxed programs, progress."""
