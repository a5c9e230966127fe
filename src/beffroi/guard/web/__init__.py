"""HTTP at the guard's own door: one ASGI function, exact routes, calls in, answers out, problems in two languages."""
