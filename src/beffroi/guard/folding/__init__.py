"""The rows that are there, held to what the journal says of them (I-16): recorded, compared, refused, set right."""
