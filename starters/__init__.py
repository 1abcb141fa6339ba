"""The entrances: the command line, the embedded stack, the demonstration."""
