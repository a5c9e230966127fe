"""The life of a habilitation as commands of the guard: requested, enrolled, begun, confirmed, suspended, closed."""
