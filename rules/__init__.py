"""The law, pure: facts in, findings out. No I/O, no clock, no Temporal."""
