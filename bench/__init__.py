"""Measurements anyone can run: `make bench`. The portal beside a floor, in one run, on one machine."""
