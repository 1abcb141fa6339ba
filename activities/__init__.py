"""What touches the world: one file per outside thing; contracts.py is all that workflows import."""
