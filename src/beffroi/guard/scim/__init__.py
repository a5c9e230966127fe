"""Partners' directories: SCIM 2.0 doors. Nothing here ever grants; a directory may ask, and may take away."""
