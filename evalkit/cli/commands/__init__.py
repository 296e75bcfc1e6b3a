"""Commands: one file each, its name is the word that users type; each holds one click command."""
