"""How the student of OCR learns: lines of real and drawn text, its network, and the command that trains it."""
