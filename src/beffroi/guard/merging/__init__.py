"""Two files of one person made one, and made two again; the other ids of a person."""
