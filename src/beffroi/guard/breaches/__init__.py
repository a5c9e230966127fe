"""Personal data breaches: declared by two people, withdrawn by two, shown to whom they concern."""
