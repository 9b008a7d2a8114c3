from pathlib import Path

from passgate.inference.policies.generations import PLACES, WIDTH, Generations, mark_of, place_of


def test_workers_that_share_a_file_see_each_other_s_changes(tmp_path: Path) -> None:
    one, other = (Generations(tmp_path / "changes") for _ in range(2))
    place, beside = place_of("svc_a", "/a"), place_of("svc_a", "/b")
    one.change(place, mark_of("chg_1"))
    assert other.at(place) == mark_of("chg_1") != bytes(WIDTH)
    assert other.at(beside) == bytes(WIDTH)
    # One that starts again finds what the others have.
    assert Generations(tmp_path / "changes").at(place) == mark_of("chg_1")
    assert (tmp_path / "changes").stat().st_mode & 0o777 == 0o600


def test_a_worker_alone_needs_no_file() -> None:
    alone = Generations(None)
    alone.change(PLACES - 1, mark_of("chg_1"))
    assert (alone.at(PLACES - 1), alone.at(0)) == (mark_of("chg_1"), bytes(WIDTH))


def test_services_have_places_of_their_own() -> None:
    assert place_of("svc_a", "/a") != place_of("svc_b", "/a")
    assert 0 <= place_of("svc_a", "/é") < PLACES
