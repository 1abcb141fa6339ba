"""工作台: the desk, each office's own place in a browser."""
