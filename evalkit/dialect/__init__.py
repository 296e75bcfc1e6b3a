"""What deployments speak: OpenAI's chat/completions as it is sent, and as it is really answered."""
