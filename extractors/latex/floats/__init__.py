"""What the walk found becomes floats and rejects: captions divided, panels told apart, drawings rendered."""
