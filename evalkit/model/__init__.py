"""Frozen data and the ports: what every stage of evalkit speaks in."""
