"""The embedded deployment: an OpenAI-compatible server on loopback that follows a script."""
