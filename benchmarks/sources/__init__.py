"""A comparison of training sources at toy size: drawn shapes for the web, invented figures for papers."""
