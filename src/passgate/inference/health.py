"""What a worker has found out about deployments and keys: which to leave alone, and until when.

A worker knows what it has seen itself. All of it is kept in memory, and outlives a change of the configuration.
"""

from collections.abc import Iterable

OPEN_AFTER = 5
"""Failures in a row, after which a deployment's circuit opens."""
FIRST_OPEN_SECONDS = 10.0
LONGEST_OPEN_SECONDS = 300.0
"""How long a circuit stays open: doubled with each trial that fails."""
TRIAL_SECONDS = 30.0
"""After which another call tries a half-open deployment, if the first has not come back."""
FIRST_REFUSED_SECONDS = 60.0
LONGEST_REFUSED_SECONDS = 900.0
"""For a key that the vendor refuses: doubled with each refusal in a row."""
FIRST_BUSY_SECONDS = 5.0
LONGEST_BUSY_SECONDS = 60.0
"""The same for one that was used too often, where the vendor does not say when it may be used again."""
LONGEST_TOLD_SECONDS = 3600.0
"""A vendor that wants a longer pause (``Retry-After``) is asked again after this."""
_NEWEST = 0.3
"""The share of the newest figure in a moving average."""


class DeploymentHealth:
    """One deployment: its circuit, how fast it is, and how busy this worker keeps it."""

    __slots__ = ("_code", "_due", "_failures", "_opened", "_trial_ends", "busy", "first_token", "whole")

    def __init__(self) -> None:
        self.busy = 0
        """Calls under way."""
        self.first_token: float | None = None
        """Seconds until a stream's first token, averaged; None: not measured yet."""
        self.whole: float | None = None
        """Seconds that an answer takes which is not streamed."""
        self._failures = 0
        self._opened = 0
        self._due = 0.0
        self._trial_ends = 0.0
        self._code = ""

    @property
    def due(self) -> float:
        """When an open circuit lets a trial pass, on the worker's clock; 0: it is closed."""
        return self._due

    @property
    def code(self) -> str:
        """What opened it."""
        return self._code

    def admits(self, now: float) -> bool:
        """Whether a call may go there; where the circuit is half open, the one that asks is the trial."""
        if not self._due:
            return True
        if now < self._due or now < self._trial_ends:
            return False
        self._trial_ends = now + TRIAL_SECONDS
        return True

    def succeed(self) -> None:
        """It answered."""
        if self._failures:
            self._failures = self._opened = 0
            self._due = self._trial_ends = 0.0

    def fail(self, code: str, now: float) -> None:
        """It gave no answer that can be used."""
        self._failures += 1
        self._trial_ends = 0.0
        if self._failures < OPEN_AFTER or now < self._due:
            return
        self._due = now + min(LONGEST_OPEN_SECONDS, FIRST_OPEN_SECONDS * 2**self._opened)
        self._opened = min(self._opened + 1, 10)
        self._code = code

    def give_up(self) -> None:
        """Nobody knows what would have come: the call was cut."""
        self._trial_ends = 0.0

    def measure(self, seconds: float, *, stream: bool) -> None:
        """Take a figure into the average."""
        if stream:
            self.first_token = _averaged(self.first_token, seconds)
        else:
            self.whole = _averaged(self.whole, seconds)


class KeyRest:
    """Whether a key rests: for all that its provider has, or for one deployment."""

    __slots__ = ("_refusals", "code", "until")

    def __init__(self) -> None:
        self.until = 0.0
        """On the worker's clock."""
        self.code = ""
        self._refusals = 0

    def succeed(self) -> None:
        """It was taken."""
        if self._refusals:
            self._refusals = 0
            self.until = 0.0

    def refuse(self, code: str, now: float) -> None:
        """The vendor does not take it: unknown, without permission, or without money."""
        self._rest(code, now, min(LONGEST_REFUSED_SECONDS, FIRST_REFUSED_SECONDS * 2**self._refusals))

    def overuse(self, code: str, now: float, told: float | None) -> None:
        """It was used too often.

        Args:
            code: the stable code.
            now: on the worker's clock.
            told: seconds after which the vendor wants to be asked again.
        """
        guessed = min(LONGEST_BUSY_SECONDS, FIRST_BUSY_SECONDS * 2**self._refusals)
        self._rest(code, now, guessed if told is None else min(told, LONGEST_TOLD_SECONDS))

    def _rest(self, code: str, now: float, seconds: float) -> None:
        self._refusals = min(self._refusals + 1, 10)
        self.code = code
        self.until = max(self.until, now + seconds)


class HealthBook:
    """The state of all that a configuration names; what a newer one names too is taken over."""

    def __init__(self, before: "HealthBook | None" = None) -> None:
        self._deployments: dict[str, DeploymentHealth] = {}
        self._keys: dict[tuple[str, ...], KeyRest] = {}
        self._before = before

    def deployment(self, deployment_id: str) -> DeploymentHealth:
        """The state of a deployment."""
        found = self._before._deployments.get(deployment_id) if self._before is not None else None  # noqa: SLF001 - its own kind
        return self._deployments.setdefault(deployment_id, found or DeploymentHealth())

    def key(self, *names: str) -> KeyRest:
        """The state of a key, by whatever names it; a key that was replaced must have another name."""
        found = self._before._keys.get(names) if self._before is not None else None  # noqa: SLF001 - its own kind
        return self._keys.setdefault(names, found or KeyRest())

    def complete(self) -> None:
        """All is named: what nobody named is forgotten."""
        self._before = None

    def open_circuits(self) -> Iterable[tuple[str, DeploymentHealth]]:
        """Deployments that are left alone, or tried with care."""
        return [(name, health) for name, health in self._deployments.items() if health.due]

    def resting_keys(self, now: float) -> Iterable[tuple[tuple[str, ...], KeyRest]]:
        """Keys that are left alone."""
        return [(names, rest) for names, rest in self._keys.items() if rest.until > now]


def _averaged(before: float | None, seconds: float) -> float:
    return seconds if before is None else before + (seconds - before) * _NEWEST
