"""Reading what a model wrote: as JSON, as a whole reply, and by patterns under a time limit."""
