from passgate.bootstrap.database import own_names
from passgate.settings import Settings


def test_a_gate_is_known_by_its_public_url_and_always_as_the_machine_itself() -> None:
    named = own_names(Settings(public_url="https://Gate.example:8443", audience="gate"))
    assert named.audience == "gate"
    assert {"gate.example", "localhost", "127.0.0.1", "::1"} <= named.hosts
    assert "10.0.0.7" in own_names(Settings(host="10.0.0.7")).hosts
