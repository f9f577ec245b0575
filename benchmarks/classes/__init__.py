"""How well classes and image types agree with labels by hand, and what telling them costs."""
