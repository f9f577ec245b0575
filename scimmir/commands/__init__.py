"""The commands of `scimmir`, one a module: `scimmir.cli` lists them and loads the one that is called."""
