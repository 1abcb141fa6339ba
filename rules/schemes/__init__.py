"""One module per scheme: dated editions, every figure with its article."""
