"""Probing a deployment: a few short questions, and what the answers show of its features."""
