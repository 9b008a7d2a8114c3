"""What must hold of a prompt, beyond what its fields' types say."""

from collections import Counter
from collections.abc import Iterator

from passgate.contracts.prompt import PromptDefinition, PromptModel, PromptVariable
from passgate.contracts.prompt_schema import schema_fault
from passgate.contracts.prompt_template import LONGEST_NAME, NAME, TemplateError, names_in
from passgate.contracts.prompt_values import ValuesError, broken_rule, checked_values

Fault = tuple[str, str]
"""A field, such as ``variables.2.name``, and what is wrong with it."""

LONGEST_TEMPLATE = 100_000
_MOST = {"variables": 50, "examples": 50, "models": 8, "tests": 100}
_PARAMETERS = {
    "temperature": (int, float),
    "top_p": (int, float),
    "max_completion_tokens": (int,),
    "frequency_penalty": (int, float),
    "presence_penalty": (int, float),
    "seed": (int,),
    "stop": (str, list),
    "reasoning_effort": (str,),
    "verbosity": (str,),
    "service_tier": (str,),
}
"""Of OpenAI's chat format: those that mean something in a prompt, and their types."""
_BOUNDED_BY_LENGTH = ("text", "list")


def prompt_faults(definition: PromptDefinition) -> list[Fault]:
    """All that is wrong with a prompt; empty where it can be published."""
    return [
        *_size_faults(definition),
        *_template_faults(definition),
        *(fault for at, one in enumerate(definition.variables) for fault in _variable_faults(at, one)),
        *_twice([one.name for one in definition.variables], "variables"),
        *(fault for at, one in enumerate(definition.models) for fault in _model_faults(at, one)),
        *_twice([one.name for one in definition.models], "models"),
        *_schema_faults(definition),
        *_test_faults(definition),
    ]


def _size_faults(definition: PromptDefinition) -> Iterator[Fault]:
    for field, most in _MOST.items():
        if len(getattr(definition, field)) > most:
            yield field, f"There are at most {most}."
    if not definition.models:
        yield "models", "A prompt needs a model."
    for field in ("system", "user"):
        if len(getattr(definition, field)) > LONGEST_TEMPLATE:
            yield field, f"A template has at most {LONGEST_TEMPLATE} characters."
    if not definition.user.strip():
        yield "user", "The prompt is empty."


def _template_faults(definition: PromptDefinition) -> Iterator[Fault]:
    known = {variable.name: variable for variable in definition.variables}
    used: set[str] = set()
    for field in ("system", "user"):
        try:
            names = names_in(getattr(definition, field))
        except TemplateError as error:
            yield field, f"{error}."
            return
        used.update(names)
        for name in names:
            if name not in known:
                yield field, f"{{{{{name}}}}} is no variable; there is no '{name}' among them."
            elif field == "system" and known[name].kind == "image":
                yield field, f"'{name}' is an image, which can stand in the user's part only."
    for at, variable in enumerate(definition.variables):
        if variable.name not in used:
            yield (
                f"variables.{at}.name",
                f"'{variable.name}' is used nowhere: write {{{{{variable.name}}}}}, or remove it.",
            )


def _variable_faults(at: int, variable: PromptVariable) -> Iterator[Fault]:
    place = f"variables.{at}"
    if NAME.fullmatch(variable.name) is None:
        rule = (
            f"A name has letters, digits and _, does not begin with a digit, and has at most {LONGEST_NAME} characters."
        )
        yield f"{place}.name", rule
    if variable.kind == "enum" and not variable.choices:
        yield f"{place}.choices", "An enum needs choices."
    if variable.kind != "enum" and variable.choices:
        yield f"{place}.choices", "Only an enum has choices."
    if variable.max_length is not None and variable.kind not in _BOUNDED_BY_LENGTH:
        yield f"{place}.max_length", "Only a text or a list has a length."
    if variable.kind != "number" and (variable.minimum is not None or variable.maximum is not None):
        yield f"{place}.minimum", "Only a number has a minimum and a maximum."
    if variable.minimum is not None and variable.maximum is not None and variable.minimum > variable.maximum:
        yield f"{place}.minimum", "The minimum is above the maximum."
    if variable.default is not None:
        rule_broken = broken_rule(variable, variable.default)
        if rule_broken is not None:
            yield f"{place}.default", f"The default {rule_broken}."


def _model_faults(at: int, model: PromptModel) -> Iterator[Fault]:
    if not model.name.strip():
        yield f"models.{at}.name", "Name a model."
    for name, value in model.parameters.items():
        kinds = _PARAMETERS.get(name)
        if kinds is None:
            yield (
                f"models.{at}.parameters.{name}",
                f"A prompt has no such parameter; there are {', '.join(_PARAMETERS)}.",
            )
        elif isinstance(value, bool) or not isinstance(value, kinds):
            yield f"models.{at}.parameters.{name}", "The value is of the wrong type."


def _schema_faults(definition: PromptDefinition) -> Iterator[Fault]:
    if definition.output_schema is not None:
        fault = schema_fault(definition.output_schema)
        if fault is not None:
            yield "output_schema", fault


def _test_faults(definition: PromptDefinition) -> Iterator[Fault]:
    for at, test in enumerate(definition.tests):
        try:
            checked_values(definition.variables, test.input)
        except ValuesError as error:
            yield f"tests.{at}.input", f"The input does not fit: {error}."
        if test.expect == "contains" and (not isinstance(test.value, str) or not test.value):
            yield f"tests.{at}.value", "What the answer must contain is a text."
        if test.expect == "subset" and not isinstance(test.value, dict):
            yield f"tests.{at}.value", "What the answer must include is an object."
        if test.expect == "equals" and test.value is None:
            yield f"tests.{at}.value", "Say what the answer must equal."
    if definition.tests_required and not definition.tests:
        yield "tests_required", "There are no tests that could pass."


def _twice(names: list[str], field: str) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{field}.{len(names) - 1 - names[::-1].index(name)}.name", f"There are two of the name '{name}'."
