"""``python -m beffroi`` is the command ``beffroi``."""

from beffroi.config.command import main

main()
