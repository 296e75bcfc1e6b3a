"""A run for people and for machines: one page, a job summary, and JSON, all from one summary."""
