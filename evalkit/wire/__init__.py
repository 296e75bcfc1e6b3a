"""Carrying requests over HTTP: connections, event streams, limits, retries and clocks."""
