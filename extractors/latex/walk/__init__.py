"""One pass over the flat text: counters, labels, captions, panels, tables and pictures as they are met."""
