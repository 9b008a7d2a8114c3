"""The console's icons: strokes on a 24 x 24 grid, drawn for it."""

_STYLE = "fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round"

_STROKES: dict[str, str] = {
    "overview": "M4 4h7v9H4z M13 4h7v5h-7z M13 11h7v9h-7z M4 15h7v5H4z",
    "provider": "M7 18a4 4 0 0 1-.5-7.97A5.5 5.5 0 0 1 17 8.6 4.7 4.7 0 0 1 17 18z",
    "model": "M12 3l8 4.5v9L12 21l-8-4.5v-9z M12 12l8-4.5 M12 12v9 M12 12L4 7.5",
    "service": "M5 4h14v6H5z M5 14h14v6H5z M8 7h.01 M8 17h.01 M12 7h4 M12 17h4",
    "application": "M4 4h6v6H4z M14 4h6v6h-6z M4 14h6v6H4z M17 14v6 M14 17h6",
    "token": "M8 11a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M11 12l8-8 M15 8l3 3 M18 5l2 2",
    "gauge": "M4 18a9 9 0 1 1 16 0 M12 15l4-5 M12 15h.01",
    "call": "M3 12h4l3-8 4 16 3-8h4",
    "node": "M12 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4z M5 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4z "
    "M19 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4z M12 8v4 M5 16v-4h14v4",
    "user": "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M4 20c1-4 4-5.5 8-5.5s7 1.5 8 5.5",
    "team": "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z M2.5 19c.7-3.5 3-5 6.5-5s5.8 1.5 6.5 5 "
    "M16 5.300a3.5 3.5 0 0 1 0 6.4 M18 14.300c2 .7 3.1 2.3 3.5 4.7",
    "key": "M12 3l8 3v5c0 5-3.3 8.5-8 10-4.7-1.5-8-5-8-10V6z M9 12l2 2 4-4",
    "search": "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14z M16 16l4.5 4.5",
    "plus": "M12 5v14 M5 12h14",
    "close": "M6 6l12 12 M18 6L6 18",
    "check": "M5 12.500l4.5 4.500L19 7.5",
    "copy": "M9 9h11v11H9z M15 9V4H4v11h5",
    "chevron": "M9 6l6 6-6 6",
    "down": "M6 9l6 6 6-6",
    "warning": "M12 4l9 16H3z M12 10v4 M12 17h.01",
    "info": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z M12 11v5 M12 8h.01",
    "pause": "M8 5v14 M16 5v14",
    "clock": "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z M12 8v4.5l3 2",
    "play": "M7 4.500v15L19 12z",
    "refresh": "M20 11a8 8 0 0 0-14.5-3.500L4 9 M4 4v5h5 M4 13a8 8 0 0 0 14.5 3.500L20 15 M20 20v-5h-5",
    "edit": "M4 20h4L19 9l-4-4L4 16z M13 7l4 4",
    "trash": "M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13",
    "ban": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z M5.7 5.700l12.6 12.6",
    "sun": "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M12 2v2 M12 20v2 M2 12h2 M20 12h2 M5 5l1.4 1.4 M17.6 17.600L19 19 "
    "M5 19l1.4-1.4 M17.6 6.400L19 5",
    "moon": "M20 14.500A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.500z",
    "system": "M3 4h18v12H3z M8 20h8 M12 16v4",
    "exit": "M10 4H5v16h5 M14 8l4 4-4 4 M18 12H9",
    "book": "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3z M5 17a3 3 0 0 1 3-3h11",
    "bolt": "M13 3L5 13.500h6L11 21l8-10.500h-6z",
    "bell": "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4z M10 21h4",
    "letter": "M3 6h18v12H3z M3 7l9 7 9-7",
    "external": "M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6",
    "link": "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.700l-1 1 M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.700l1-1",
}


def icon_path(name: str) -> str:
    """The icon as Quasar's components take it: a path, its style and its grid."""
    return f"{_STROKES[name]}@@{_STYLE}|0 0 24 24"


LOGO = """<svg viewBox="0 0 32 32" xmlns="http://www.w3.org/2000/svg" aria-hidden="true">
<rect width="32" height="32" rx="8.5" fill="#5450c8"/>
<path d="M8.5 25V14.500a7.5 7.5 0 0 1 15 0V25" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>
<circle cx="16" cy="16.5" r="2.6" fill="#fff"/>
<path d="M16 18v7" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>
</svg>"""
"""The mark: a gate with a keyhole. Also the favicon."""
