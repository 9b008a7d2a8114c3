from passgate.gateway.compile.path_tree import path_tree
from passgate.gateway.envoy.names import JsonObject


def _names(tree: JsonObject, prefix: str) -> list[str]:
    action = tree["matcher_tree"]["prefix_match_map"]["map"][prefix]["action"]
    return [route["name"] for route in action["typed_config"]["routes"]]


def test_each_list_goes_on_with_the_segments_above_and_ends_in_the_last_resort() -> None:
    routes = {prefix: [{"name": prefix}] for prefix in ("/shop", "/shop/admin/deep", "/shop/admin", "/sho")}
    tree = path_tree(routes, {"name": "none"})
    assert _names(tree, "/shop/admin/deep") == ["/shop/admin/deep", "/shop/admin", "/shop", "none"]
    assert _names(tree, "/shop/admin") == ["/shop/admin", "/shop", "none"]
    assert _names(tree, "/shop") == ["/shop", "none"]
    assert [route["name"] for route in tree["on_no_match"]["action"]["typed_config"]["routes"]] == ["none"]


def test_a_service_between_two_others_is_passed_over_only_if_it_is_no_segment() -> None:
    tree = path_tree({"/a": [{"name": "a"}], "/a/b/c": [{"name": "abc"}], "/": [{"name": "home"}]}, {"name": "none"})
    assert _names(tree, "/a/b/c") == ["abc", "a", "none"]
    assert _names(tree, "/") == ["home", "none"]
