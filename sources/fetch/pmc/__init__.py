"""PubMed Central: its daily inventory, what it says of each article version, and the articles themselves."""
