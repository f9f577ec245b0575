"""The data model: every table of the project, each field with its type and its meaning."""
