"""How long history is kept: in days, as an installation may set it."""

SHORTEST = 30
"""Less would forget what a digest not yet come is compared with."""
USUAL = 400
"""More than a year, so that a year can be looked back on."""
LONGEST = 36_500
