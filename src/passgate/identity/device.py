"""What a User-Agent tells of a browser, in the few words that a person recognises their own device by."""

_BROWSERS = (
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("vivaldi/", "Vivaldi"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("headlesschrome/", "Chrome"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
)
"""In this order: most browsers name Chrome and Safari, too."""

_SYSTEMS = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("mac os x", "macOS"),
    ("cros ", "ChromeOS"),
    ("linux", "Linux"),
)
UNKNOWN = "Unknown device"


def device_of(user_agent: str) -> str:
    """The browser and its system, such as ``Firefox on Linux``; a program by its own name."""
    text = user_agent.lower()
    browser = next((name for mark, name in _BROWSERS if mark in text), None)
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return str(browser or system)
    program = user_agent.partition("/")[0].strip()
    return program[:40] if program and program.isprintable() else UNKNOWN


def is_browser(device: str) -> bool:
    """Whether it is a browser on a known system; only such a one can be told from another with some certainty."""
    return " on " in device
