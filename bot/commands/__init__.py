"""Commands for the terminal that speak to Pivotal only: one file each, named in `bot/__main__.py`."""
