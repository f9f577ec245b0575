"""What hard negatives are worth: none may be the same as its pair, and training with them must not be worse."""
