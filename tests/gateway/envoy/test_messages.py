import pytest
import yaml
from google.protobuf import json_format

from goldens.golden_files import FILES
from passgate.gateway.envoy.messages import UnknownShapeError
from passgate.gateway.envoy.names import CLUSTER, JsonObject, type_url
from wire.rig import message_factory

_CLUSTER = "envoy.config.cluster.v3.Cluster"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_message_is_the_one_that_protobufs_own_reader_makes(file: object) -> None:
    factory = message_factory()
    resources = yaml.safe_load(file.read_text())["resources"]
    for url, named in resources.items():
        for form in named.values():
            full_name = url.rsplit("/", 1)[1]
            expected = factory.message_class(full_name)()
            json_format.ParseDict(form, expected, descriptor_pool=factory.pool)
            made = factory.make(full_name, form)
            assert made.SerializeToString(deterministic=True) == expected.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"nmae": "x"}, ".nmae", "has no field nmae"),
        ({"connectTimeout": "1s"}, ".connectTimeout", "has no field"),
        ({"connect_timeout": "1 second"}, ".connect_timeout", "is no duration"),
        ({"type": "STATICAL"}, ".type", "STATICAL"),
        ({"name": 7}, ".name", "name"),
        ({"name": True}, ".name", "boolean"),
        ({"load_assignment": {"endpoints": {}}}, ".load_assignment.endpoints", "a list is wanted"),
        ({"load_assignment": []}, ".load_assignment", "an object is wanted"),
        ({"type": "STATIC", "cluster_type": {}}, ".cluster_type", "Only one of"),
        (
            {"load_assignment": {"endpoints": [{"lb_endpoints": [{}, {"endpoint": {"adress": {}}}]}]}},
            ".load_assignment.endpoints[0].lb_endpoints[1].endpoint.adress",
            "has no field adress",
        ),
        ({"transport_socket": {"typed_config": {"@type": type_url("envoy.Nothing")}}}, None, "knows no message"),
        ({"transport_socket": {"typed_config": {"name": "x"}}}, ".transport_socket.typed_config", "@type"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(form: JsonObject, field: str | None, said: str) -> None:
    with pytest.raises(UnknownShapeError, match=said) as refused:
        message_factory().make(_CLUSTER, form)
    if field is not None:
        assert refused.value.field == field


def test_an_any_comes_back_as_it_went_in() -> None:
    form = {"@type": CLUSTER, "name": "x", "connect_timeout": "0.250s", "type": "STRICT_DNS"}
    assert message_factory().unpack(message_factory().pack(form)) == form


def test_parts_that_are_the_same_object_are_alike_and_apart() -> None:
    shared = {"endpoint": {"hostname": "h"}}
    form = {"cluster_name": "x", "endpoints": [{"lb_endpoints": [shared, shared]}]}
    made = message_factory().make("envoy.config.endpoint.v3.ClusterLoadAssignment", form)
    first, second = made.endpoints[0].lb_endpoints
    assert first == second
    first.endpoint.hostname = "changed"
    assert second.endpoint.hostname == "h"
