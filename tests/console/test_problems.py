"""Refusals, sorted to the fields of a form."""

import pytest
from pydantic import BaseModel, Field, ValidationError

from passgate.console.problems import Problem, by_field, problems_of
from passgate.kernel.errors import ConflictError, InvalidInputError


class Example(BaseModel):
    name: str = Field(min_length=1)
    count: int


def test_a_refusal_that_names_a_field_goes_there() -> None:
    problems = problems_of(ConflictError("the name is taken", field="name"))
    assert by_field(problems, ["name", "team_id"]) == ({"name": "The name is taken."}, [])


def test_a_field_that_the_form_lacks_is_told_above_it() -> None:
    problems = problems_of(InvalidInputError("No such team.", field="team_id"))
    assert by_field(problems, ["name"]) == ({}, ["No such team."])


def test_a_part_of_a_field_belongs_to_the_field() -> None:
    assert by_field([Problem("Too long.", "models.3.name")], ["models"]) == ({"models": "Too long."}, [])


def test_input_that_pydantic_refuses() -> None:
    with pytest.raises(ValidationError) as refused:
        Example.model_validate({"name": "", "count": "many"})
    inline, others = by_field(problems_of(refused.value), ["name", "count"])
    assert inline["name"] == "This is needed."
    assert inline["count"] == "A whole number is needed."
    assert others == []
