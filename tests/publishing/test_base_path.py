import pytest

from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES
from passgate.publishing.base_path import ancestors, checked_base_path


@pytest.mark.parametrize("path", ["/orders", "/shop/orders", "/a.b_c~d-e", "/v1x", "/apis", "/a/v1", "/1", "/..."])
def test_good_paths(path: str) -> None:
    assert checked_base_path(path) == path


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("", "starts with"),
        ("orders", "starts with"),
        ("/", "starts with"),
        ("/orders/", "end"),
        ("//", "end"),
        ("//orders", "segments"),
        ("/a//b", "segments"),
        ("/Orders", "lower-case"),
        ("/a b", "segments"),
        ("/a%20b", "segments"),
        ("/é", "segments"),
        ("/a?b", "segments"),
        ("/a/../b", "segments"),
        ("/.", "segments"),
        ("/a\n", "segments"),
        ("/" + "a" * 200, "200"),
        ("/mcp", "gate's own"),
        ("/providers/x", "gate's own"),
        ("/setup", "gate's own"),
    ],
)
def test_bad_paths_are_refused_by_rule(path: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        checked_base_path(path)


@pytest.mark.parametrize("reserved", RESERVED_PREFIXES)
def test_the_gate_s_own_paths_are_kept(reserved: str) -> None:
    for path in (reserved, f"{reserved}/below"):
        with pytest.raises(ValueError, match="gate's own"):
            checked_base_path(path)


def test_ancestors() -> None:
    assert list(ancestors("/a/b/c")) == ["/a", "/a/b"]
    assert list(ancestors("/a")) == []
