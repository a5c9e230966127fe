"""The history of the console's tables about people; the owner applies it, `beffroi migrate`."""
