"""What the document declares for places further on: names, languages, labels of lists and captions, packages."""
