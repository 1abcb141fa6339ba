"""办事: what every entrance needs of a proceeding: asking and ordering, reading what is handed in, showing."""
