"""The author's files in: YAML with its places, built into suites."""
