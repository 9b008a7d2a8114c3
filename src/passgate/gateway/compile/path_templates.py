"""Templates of paths, such as ``/orders/{id}``: what they match, and what becomes of them at the upstream."""

import re
from dataclasses import dataclass
from functools import cached_property

from passgate.contracts.published_service import MOST_REWRITTEN
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.envoy.names import JsonObject

_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]*")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.-]*)(\*?)\}")
_LITERAL, _MIXED, _ONE, _REST = range(4)
"""Kinds of segments, the most exact first."""


@dataclass(frozen=True)
class PathTemplate:
    """A template below a base path.

    ``{name}`` is one segment or a part of one, and a last ``{name*}`` all that follows, nothing included.

    Attributes:
        base: the path that it is below.
        text: the template itself.
        version_segment: may follow the base, and is then a part of it; "" for none.
    """

    base: str
    text: str
    version_segment: str = ""

    @cached_property
    def segments(self) -> list[str]:
        """The parts between slashes; none for the base itself."""
        return self.text.strip("/").split("/") if self.text.strip("/") else []

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The path down to the first variable, for each base."""
        fixed: list[str] = []
        for segment in self.segments:
            if "{" in segment:
                break
            fixed.append(segment)
        bases = [self.base, f"{self.base}/{self.version_segment}"] if self.version_segment else [self.base]
        return tuple("/".join([base, *fixed]) for base in bases)

    @cached_property
    def base_regex(self) -> str:
        """The base as an expression without groups."""
        return re.escape(self.base) + (f"(?:/{re.escape(self.version_segment)})?" if self.version_segment else "")

    @cached_property
    def rank(self) -> tuple[int, ...]:
        """Sorts what is more exact first."""
        return tuple(_kind(segment) for segment in self.segments) or (_LITERAL,)

    @cached_property
    def regex(self) -> str:
        """The whole path as an expression of RE2, each variable a group; the same for all that match the same."""
        slash = "/" if self.text.endswith("/") and self.segments else ""
        parts = [self.base_regex]
        for segment in self.segments:
            if _kind(segment) == _REST:
                parts.append("(?:/(.*))?")
            else:
                parts.append(f"/{_VARIABLE.sub('([^/]+)', _escaped(segment))}")
        return "".join(parts) + slash

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """What follows the base, segment by segment, as expressions without groups."""
        if not self.segments:
            return ("/?",)
        slash = ("/",) if self.text.endswith("/") else ()
        return (*("(?:/.*)?" if _kind(one) == _REST else _as_part(one) for one in self.segments), *slash)

    def may_take_paths_of(self, other: "PathTemplate") -> bool:
        """Whether a path may be both templates'; where that is not soon seen, it is said to be so."""
        if "*}" in self.text or "*}" in other.text:
            return True
        if len(self.segments) != len(other.segments):
            return False
        pairs = zip(self.segments, other.segments, strict=True)
        return all(one == two or "{" in one or "{" in two for one, two in pairs)

    @cached_property
    def names(self) -> list[str]:
        """The variables, in their order."""
        return [match.group(1) for match in _VARIABLE.finditer(self.text)]

    def matches(self) -> list[JsonObject]:
        """The matchers, one of which takes the path. The base itself is taken with a slash at its end and without."""
        if self.version_segment:
            ends = ("", "") if self.segments else ("", "/")
            return [{"safe_regex": {"regex": self.regex + end}} for end in dict.fromkeys(ends)]
        if not self.segments:
            return [{"path": path} for path in (self.base, f"{self.base}/") if path]
        if not self.names:
            return [{"path": self.base + "/" + self.text.lstrip("/")}]
        return [{"safe_regex": {"regex": self.regex}}]

    def substitution(self, wanted: str, prefix: str) -> str:
        """What an upstream shall see, as a substitution for :attr:`regex`.

        Raises:
            UncompilableError: it names a variable that the template has not, or that stands too far back in it.
        """
        found = _VARIABLE.sub(lambda match: f"{{{match.group(1)}}}", wanted)
        for name in re.findall(r"\{([^}]*)\}", found):
            if name not in self.names[:MOST_REWRITTEN]:
                raise UncompilableError(
                    f"The rewrite {wanted} names {name}, which {self.text} has not among its first nine.",
                    field="rewrite",
                )
        text = prefix.replace("\\", "\\\\") + found.replace("\\", "\\\\")
        for number, name in enumerate(self.names, start=1):
            text = text.replace(f"{{{name}}}", f"\\{number}")
        return text


def check_template(text: str, *, field: str) -> None:
    """Refuse what is no template.

    Raises:
        UncompilableError: names the rule.
    """
    template = PathTemplate("", text)
    segments = template.segments
    fits = text.startswith("/") and not {".", ".."} & set(segments) and "//" not in text
    fits = fits and all(_SEGMENT.fullmatch(_VARIABLE.sub("", segment)) for segment in segments)
    tails = [position for position, segment in enumerate(segments) if "*}" in segment]
    alone = all(_VARIABLE.fullmatch(segments[position]) for position in tails)
    if not fits or not alone or tails not in ([], [len(segments) - 1]):
        raise UncompilableError(
            f"The path {text!r} must look like /orders or /orders/{{id}}, with {{name*}} at its end only.", field=field
        )
    if len(set(template.names)) != len(template.names):
        raise UncompilableError(f"The path {text!r} names a variable twice.", field=field)


def _kind(segment: str) -> int:
    variable = _VARIABLE.fullmatch(segment)
    if variable is not None:
        return _REST if variable.group(2) else _ONE
    return _MIXED if "{" in segment else _LITERAL


def _as_part(segment: str) -> str:
    return f"/{_VARIABLE.sub('[^/]+', _escaped(segment))}"


def _escaped(segment: str) -> str:
    """The segment with all but its variables escaped."""
    parts, end = [], 0
    for match in _VARIABLE.finditer(segment):
        parts += [re.escape(segment[end : match.start()]), match.group(0)]
        end = match.end()
    return "".join([*parts, re.escape(segment[end:])])
