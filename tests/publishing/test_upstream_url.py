import pytest

from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls, UpstreamPool
from passgate.publishing.upstream_url import checked_host_header, checked_upstream_url, pool_of, url_of


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://localhost:9000/", "http://localhost:9000"),
        ("https://api.example.com/v2/", "https://api.example.com/v2"),
        ("http://10.0.0.7", "http://10.0.0.7"),
        ("http://[fd00::1]:8080/x", "http://[fd00::1]:8080/x"),
        ("http://orders_db:80/a%20b", "http://orders_db:80/a%20b"),
    ],
)
def test_good_urls(given: str, kept: str) -> None:
    assert checked_upstream_url(given) == kept


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("", "http"),
        ("localhost:9000", "http"),
        ("ws://localhost", "http"),
        ("file:///etc/passwd", "http"),
        ("http://", "host"),
        ("http:///path", "host"),
        ("http://user:pw@host", "credentials"),
        ("http://host?x=1", "query"),
        ("http://host/#a", "query"),
        ("http://host:0", "port"),
        ("http://host:", "port"),
        ("http://host:70000", "form"),
        ("http://host:http", "form"),
        ("http://[::1", "form"),
        ("http://1.2.3.256", "host"),
        ("http://169.254.169.254/latest", "host"),
        ("http://[::ffff:169.254.169.254]", "host"),
        ("http://[fe80::1]", "host"),
        ("http://[fe80::1%25lo]", "host"),
        ("http://2852039166", "host"),
        ("http://0xa9fea9fe", "host"),
        ("http://169.254.0xa9fe", "host"),
        ("http://ho st", "host"),
        ("http://höst", "host"),
        ("http://-a", "host"),
        ("http://host//a", "path"),
        ("http://host/a/../b", "path"),
        ("http://host/%zz", "path"),
        ("http://host/a\\b", "path"),
    ],
)
def test_bad_urls_are_refused_by_rule(given: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        checked_upstream_url(given)


@pytest.mark.parametrize("header", ["example.com", "example.com:8443", "10.0.0.1", "[::1]:80"])
def test_good_host_headers(header: str) -> None:
    assert checked_host_header(header) == header


@pytest.mark.parametrize("header", ["", "a b", "a/b", "u@a", "a:", "a:0", "a:99999", "a\r\nx: y", "a?b", "http://a"])
def test_bad_host_headers(header: str) -> None:
    with pytest.raises(ValueError, match="Host header"):
        checked_host_header(header)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "prefix"),
    [
        ("http://localhost:9000", "localhost", 9000, False, ""),
        ("http://orders", "orders", 80, False, ""),
        ("https://api.example.com/v2", "api.example.com", 443, True, "/v2"),
        ("http://[fd00::1]:8080/x", "fd00::1", 8080, False, "/x"),
    ],
)
def test_what_the_gate_makes_of_it(url: str, host: str, port: int, tls: bool, prefix: str) -> None:  # noqa: FBT001 - a column of the table above
    pool = pool_of(url, host_header="h", connect_timeout_ms=60)

    assert pool == UpstreamPool(
        endpoints=(PoolEndpoint(host=host, port=port),),
        tls=PoolTls() if tls else None,
        path_prefix=prefix,
        host_header="h",
        connect_timeout_ms=60,
    )
    assert url_of(pool) == url
