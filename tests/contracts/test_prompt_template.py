from typing import Any

import pytest

from passgate.contracts.prompt import PromptVariable
from passgate.contracts.prompt_template import Placeholder, TemplateError, names_in, pieces_of
from passgate.contracts.prompt_values import ValuesError, checked_values, value_text


def test_a_template_is_text_and_names() -> None:
    assert pieces_of("Say {{ greeting }} to {{name}}.") == (
        "Say ",
        Placeholder("greeting"),
        " to ",
        Placeholder("name"),
        ".",
    )
    assert names_in("{{b}} {{a}} {{b}}") == ("b", "a")
    assert pieces_of('{"a": {"b": 1}} and {{ alone') == ('{"a": {"b": 1}} and {{ alone',)


@pytest.mark.parametrize("inner", ["", "a b", "a.b", "#if a", "a|upper", "1a", "a()", "__import__('os')", "a\nb", "é"])
def test_nothing_but_a_name_stands_in_braces(inner: str) -> None:
    with pytest.raises(TemplateError, match=r"only \{\{name\}\} may stand there"):
        pieces_of("Hello {{" + inner + "}}!")


VARIABLES = (
    PromptVariable(name="text", max_length=5),
    PromptVariable(name="count", kind="number", required=False, minimum=1, maximum=3),
    PromptVariable(name="loud", kind="boolean", required=False, default=False),
    PromptVariable(name="tone", kind="enum", choices=("kind", "stern"), required=False, default="kind"),
    PromptVariable(name="tags", kind="list", required=False, max_length=2),
    PromptVariable(name="photo", kind="image", required=False),
)


def test_values_and_defaults() -> None:
    assert checked_values(VARIABLES, {"text": "a", "count": None}) == {
        "text": "a",
        "count": None,
        "loud": False,
        "tone": "kind",
        "tags": None,
        "photo": None,
    }


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, "'text' is required"),
        ({"text": ""}, "'text' must not be empty"),
        ({"text": 5}, "'text' must be a string"),
        ({"text": "abcdef"}, "'text' must have at most 5 characters; it has 6"),
        ({"text": "a", "count": "1"}, "'count' must be a number"),
        ({"text": "a", "count": True}, "'count' must be a number"),
        ({"text": "a", "count": 0.5}, "'count' must be at least 1"),
        ({"text": "a", "count": 4}, "'count' must be at most 3"),
        ({"text": "a", "loud": 1}, "'loud' must be true or false"),
        ({"text": "a", "tone": "rude"}, "'tone' must be one of kind, stern"),
        ({"text": "a", "tone": ["kind"]}, "'tone' must be one of kind, stern"),
        ({"text": "a", "tags": "x"}, "'tags' must be a list"),
        ({"text": "a", "tags": ["x", "y", "z"]}, "'tags' must have at most 2 entries; it has 3"),
        ({"text": "a", "tags": ["x", {}]}, "'tags' must hold strings or numbers only; entry 1 is neither"),
        ({"text": "a", "photo": "ftp://x/y"}, "'photo' must be an http"),
        ({"text": "a", "photo": "data:text/html;base64,AA=="}, "'photo' must be a base64 data URL of image/png"),
        ({"text": "a", "photo": "data:image/png;base64,A*A"}, "'photo' holds no valid base64"),
        ({"text": "a", "txet": "b"}, "'txet' is no variable of this prompt"),
        ({"count": 9, "tone": "rude"}, "'text' is required; 'count' must be at most 3; 'tone' must be one of"),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValuesError) as caught:
        checked_values(VARIABLES, given)
    assert str(caught.value).startswith(rule)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (None, ""), (2, "2"), (2.5, "2.5"), (True, "true"), (["x", 2], "- x\n- 2"), ([], "")],
)
def test_values_as_text(value: object, text: str) -> None:
    assert value_text(value) == text
