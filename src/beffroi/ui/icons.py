"""The product's own icons: 24 × 24 outlines drawn with a two-unit stroke in the colour of the text."""

ICONS: dict[str, str] = {
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 7.6v.2",
    "success": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12.3l2.8 2.8L16 9.6",
    "warning": "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2",
    "danger": "M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2zM9 9l6 6M15 9l-6 6",
    "lock": "M5.5 11h13v9.5h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 15v2",
    "eye": (
        "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
        "M12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z"
    ),
    "hidden": (
        "M4 4l16 16M6.5 7C4 8.8 2.5 12 2.5 12S6 18.5 12 18.5c1.7 0 3.2-.5 4.5-1.2"
        "M10 5.7c.6-.1 1.3-.2 2-.2 6 0 9.5 6.5 9.5 6.5s-.8 1.5-2.2 3"
    ),
    "user": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.3l3.5 2",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 20.5 20.5",
    "next": "M9 5l7 7-7 7",
    "previous": "M15 5l-7 7 7 7",
    "down": "M5 9l7 7 7-7",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "folder": "M3 6.5h6.5l2 2.5H21v10.5H3z",
    "empty": "M4 13l2.5-7.5h11L20 13v6H4zM4 13h4.5l1 2.5h5l1-2.5H20",
    "help": ("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.2 1-1.2 2M12 16.8v.2"),
    "leave": "M14 4H5v16h9M10.5 12H21M17 8l4 4-4 4",
}

# What a screen reader hears in place of the colour of a notice or a badge.
KINDS: tuple[str, ...] = ("info", "success", "warning", "danger")
