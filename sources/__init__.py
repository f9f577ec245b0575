"""Where papers come from: finds them in archives on disk and reads one into memory."""
