"""Files of several people: asked for, agreed to by a second person, handed out by marked copies, traced."""
