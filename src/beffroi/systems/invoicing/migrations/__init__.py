"""The history of the console's tables of training; the owner applies it, `beffroi migrate`."""
