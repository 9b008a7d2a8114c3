"""What a service's owners see of each revision's calls: sums, whosever they are."""

from datetime import timedelta

from api.house import House, answer
from passgate.metering.models import Call


def test_owners_see_how_a_revision_does(house: House) -> None:
    body = {"team_id": house.red, "name": "Orders", "base_path": "/orders", "upstream_url": "http://localhost:9000"}
    service = answer(house.owner.post("/api/v1/services", json={**body, "publish": True}), 201)
    path = f"/api/v1/services/{service['id']}/traffic"
    assert answer(house.owner.get(path), 200) == []
    with house.storage.writing() as work:
        for number, (status, age) in enumerate([(200, 1), (503, 2), (0, 3), (404, 4), (500, 90)]):
            work.session.add(
                Call(
                    node="node-1",
                    request_id=f"request-{number}",
                    started_at=work.clock.now() - timedelta(minutes=age),
                    kind="rest",
                    status=status,
                    duration_ms=40,
                    bytes_in=0,
                    bytes_out=0,
                    team_id=house.blue,
                    application_id=house.blue_application,
                    service_id=service["id"],
                    revision_id="rev_one",
                )
            )
    told = {"revision_id": "rev_one", "calls": 4, "failed": 2, "average_ms": 40}
    assert answer(house.owner.get(path), 200) == answer(house.viewer.get(path), 200) == [told]
    assert house.nobody.get(path).status_code == 401
    assert house.stranger.get(path).status_code == 404
