import pytest

from passgate.catalog.base_url import checked_base_url, origin_of, require_transport
from passgate.catalog.vendors import find_vendor
from passgate.kernel.errors import InvalidInputError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://my_host/openai/v1", "https://my_host/openai/v1"),
    ],
)
def test_good_urls_lose_their_last_slash(given: str, kept: str) -> None:
    assert checked_base_url(given) == kept


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("ftp://example.com", "http"),
        ("api.example.com/v1", "http"),
        ("", "http"),
        ("https://user:pass@example.com", "credentials"),
        ("https://key@example.com", "credentials"),
        ("https://example.com/v1?key=1", "query"),
        ("https://example.com/v1?", "query"),
        ("https://example.com/v1#top", "query"),
        ("https://", "host"),
        ("https:///v1", "host"),
        ("https://exa mple.com", "host"),
        ("https://-example.com", "host"),
        ("http://169.254.169.254/v1", "own link"),
        ("http://[::ffff:169.254.169.254]/v1", "own link"),
        ("http://2852039166/v1", "in full"),
        ("http://0xa9fea9fe/v1", "in full"),
        ("https://example.com:99999", "form"),
        ("https://example.com:port", "form"),
        ("https://example.com//v1", "path"),
        ("https://example.com/a b", "path"),
        ("https://example.com/\n", "path"),
    ],
)
def test_bad_urls_are_refused_by_rule(given: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        checked_base_url(given)


@pytest.mark.parametrize("url", ["http://localhost/v1", "http://10.1.2.3/v1", "http://proxy/v1", "http://llm.internal"])
def test_http_is_for_the_own_network(url: str) -> None:
    require_transport(find_vendor("openai"), url)


@pytest.mark.parametrize("url", ["http://api.openai.com/v1", "http://8.8.8.8/v1", "http://example.com/v1"])
def test_http_to_a_public_host_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        require_transport(find_vendor("openai"), url)

    assert refused.value.field == "base_url"


def test_vendors_with_hosts_of_their_own_may_use_http() -> None:
    require_transport(find_vendor("openai-compatible"), "http://example.com/v1")


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("https://a.example/v1") == origin_of("https://a.example/v2")
    assert origin_of("https://a.example/v1") != origin_of("http://a.example/v1")
    assert origin_of("https://a.example/v1") != origin_of("https://a.example:444/v1")
