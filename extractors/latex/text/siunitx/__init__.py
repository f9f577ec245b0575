"""siunitx's numbers, quantities, lists, ranges, angles and units as text, by the settings that hold for them."""
