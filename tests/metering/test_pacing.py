from dataclasses import dataclass, field

from passgate.metering.pacing import Pacing


@dataclass
class Core:
    """A processor core on which pauses and work take the time that they are said to."""

    time: float = 100.0
    used: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.pauses.append(seconds)

    def work(self, seconds: float) -> None:
        self.time += seconds
        self.used += seconds

    def pacing(self) -> Pacing:
        pacing = Pacing(self.sleep, lambda: self.time, lambda: self.used)
        pacing.begin()
        return pacing


def test_much_work_is_cut_and_little_is_not() -> None:
    core = Core()
    pacing = core.pacing()
    pacing.pause()
    assert not core.pauses
    taken = []
    for piece in pacing.pieces(range(1000)):
        taken.extend(piece)
        core.work(0.001)
        assert len(piece) <= 64
    assert taken == list(range(1000))
    assert len(core.pauses) == 1000 // 64


def test_a_run_gives_way_for_a_while_and_hurries_then() -> None:
    core = Core()
    pacing = core.pacing()
    sizes = []
    for piece in pacing.pieces(range(100_000)):
        sizes.append(len(piece))
        core.work(0.001)
    assert sum(sizes) == 100_000
    assert sizes[-1] > 90_000
    paused = len(core.pauses)
    core.work(1.0)
    pacing.pause()
    assert len(core.pauses) == paused
    pacing.begin()
    core.work(1.0)
    pacing.begin()
    core.work(0.001)
    pacing.pause()
    assert len(core.pauses) == paused + 1
