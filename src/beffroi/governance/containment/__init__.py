"""Containment on screen: what is cut now, what cutting would cost, asking for it to be given back."""
