"""TeX's mouth: macros, inputs and conditionals become one flat text, with a map to its origin."""
