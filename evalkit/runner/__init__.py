"""Running trials: dialogues meet Apis on a background event loop, their checks on one thread."""
