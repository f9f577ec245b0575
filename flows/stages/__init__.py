"""What a build computes, one module for each stage: its name, version, needs, parameters, size and work.

`order.py` lists the stages in their order; a new one is a module here and a name there. This file imports nothing,
for worker processes import single stages by name.
"""
