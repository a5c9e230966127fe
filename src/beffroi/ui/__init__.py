"""Theme and components: everything the screens of the console share.

Nothing here knows what a file, an account or a habilitation is: the composition root tells the theme what
to put in the header through ``UI_SHELL`` (see `beffroi.ui.shell`).
"""
