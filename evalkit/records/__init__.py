"""The record of a run: an append-only file of JSON lines, and the attachments beside it."""
