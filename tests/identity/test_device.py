"""Words for browsers."""

import pytest

from passgate.identity.device import UNKNOWN, device_of, is_browser

_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox on Linux"),
        (_WINDOWS, "Chrome on Windows"),
        (f"{_WINDOWS} Edg/156.0", "Edge on Windows"),
        (f"{_MAC} Version/20.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) CriOS/156.0 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) SamsungBrowser/30.0 Chrome/150 Safari/537.36", "Samsung Internet on Android"),
        ("curl/8.20.0", "curl"),
        ("", UNKNOWN),
        ("\x1b[31mred", UNKNOWN),
    ],
)
def test_device(agent: str, words: str) -> None:
    assert device_of(agent) == words
    assert is_browser(words) == (" on " in words)
