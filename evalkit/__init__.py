"""evalkit tests conversations with chat deployments: YAML suites, run as pytest items."""
