"""The command line of SciMMIR Builder."""
