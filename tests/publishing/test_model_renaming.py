"""A renamed model stays with those who may use it."""

import pytest
from sqlalchemy import select

from factories import make_application, make_team
from passgate.catalog.errors import NameTakenError
from passgate.catalog.models import Model
from passgate.catalog.schemas import ModelChange, ProviderIn
from passgate.catalog.service.enabling import enable_models
from passgate.catalog.service.providers import create_provider
from passgate.contracts.prompt import PromptDefinition, PromptModel
from passgate.identity.models import Application
from passgate.kernel.actor import SYSTEM
from passgate.publishing.definition import digest_of
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.models import ServiceRevision
from passgate.publishing.plans.models import Plan
from passgate.publishing.plans.schemas import PlanIn
from passgate.publishing.plans.service import create_plan
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.model_renaming import change_model
from passgate.publishing.service.services import create_service
from passgate.storage.work import Storage


def test_allowed_models_follow_a_new_name(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        given = ProviderIn(
            vendor="openai", name="OpenAI", api_key="sk-test-0123456789", base_url="http://127.0.0.1:9/v1"
        )
        provider = create_provider(SYSTEM, work, given)
        models = {one.name: one.id for one in enable_models(SYSTEM, work, provider.id, ["gpt-4o", "gpt-4o-mini"])}
        for name, allowed in (("all", None), ("some", ["gpt-4o", "gpt-4o-mini"]), ("other", ["gpt-4o-mini"])):
            make_application(work, team, name).models = allowed
        change_model(SYSTEM, work, models["gpt-4o"], ModelChange(name="house-model"))
        with pytest.raises(NameTakenError):
            change_model(SYSTEM, work, models["gpt-4o"], ModelChange(name="gpt-4o-mini"))
    with storage.reading() as work:
        found = {
            row.name: row.models
            for row in work.session.scalars(select(Application).where(Application.team_id == team.id))
        }
        assert found == {"all": None, "some": ["house-model", "gpt-4o-mini"], "other": ["gpt-4o-mini"]}
        assert set(work.session.scalars(select(Model.name))) == {"house-model", "gpt-4o-mini"}


def test_prompts_and_plans_follow_a_new_name(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        given = ProviderIn(
            vendor="openai", name="OpenAI", api_key="sk-test-0123456789", base_url="http://127.0.0.1:9/v1"
        )
        provider = create_provider(SYSTEM, work, given)
        (model,) = enable_models(SYSTEM, work, provider.id, ["gpt-4o"])
        prompt = PromptDefinition(user="Say hello", models=(PromptModel(name="gpt-4o"),))
        service = create_service(
            SYSTEM,
            work,
            ServiceIn(
                team_id=team.id, name="Hello", kind="prompt", base_path="/hello", definition=DefinitionIn(prompt=prompt)
            ),
        )
        create_plan(SYSTEM, work, PlanIn(team_id=team.id, name="Small", models=["gpt-4o"], service_ids=[service.id]))
        change_model(SYSTEM, work, model.id, ModelChange(name="house-model"))
        row = work.session.scalars(select(ServiceRevision)).one()
        found = definition_of(row).prompt
        assert found is not None
        assert [one.name for one in found.models] == ["house-model"]
        assert row.digest == digest_of(row.definition)
        assert work.session.scalars(select(Plan)).one().models == ["house-model"]
