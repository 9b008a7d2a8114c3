"""Templates of custom tokens: what their claims are, for whom they are, what signs them."""

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.models import Application, Team, TokenTemplate
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.token_bearers import refuse_own_audiences
from passgate.identity.token_schemas import TemplateIn, TemplateMade
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def list_templates(
    actor: Actor, work: Work, page: PageRequest, team_id: str | None = None, search: str | None = None
) -> Page[TokenTemplate]:
    """The templates that the actor may read, newest first.

    Raises:
        ForbiddenError: without the permission template:read anywhere.
    """
    actor.require_somewhere(Permission.TEMPLATE_READ)
    query, teams = select(TokenTemplate), actor.teams_with(Permission.TEMPLATE_READ)
    if teams is not None:
        query = query.where(TokenTemplate.team_id.in_(teams))
    if team_id is not None:
        query = query.where(TokenTemplate.team_id == team_id)
    if search:
        query = query.where(repository.contains(TokenTemplate.name, search))
    return repository.page_of(work, query, TokenTemplate.id, page)


def get_template(actor: Actor, work: Work, template_id: str) -> TokenTemplate:
    """One template.

    Raises:
        NotFoundError: no such template, or one of a team that the actor has no part in.
        ForbiddenError: without the permission template:read.
    """
    return _template(actor, work, template_id, Permission.TEMPLATE_READ)


def create_template(actor: Actor, work: Work, issuer: TokenIssuer, given: TemplateIn) -> TemplateMade:
    """Add a template; the secret of HS256 is shown this once, where it was made here.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission template:write.
        ConflictError: the team has a template of that name.
        InvalidInputError: an audience that custom tokens cannot be for.
    """
    actor.require(Permission.TEMPLATE_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    refuse_custom_audiences(work, issuer, given.audiences)
    same = select(TokenTemplate.id).where(TokenTemplate.team_id == given.team_id, TokenTemplate.name == given.name)
    if work.session.scalars(same).first() is not None:
        raise ConflictError("The team has a template of this name.", code="name_taken", field="name")
    secret = None
    if given.algorithm == "HS256":
        secret = given.secret or work.ids.secret("pgh")
    template = TokenTemplate(
        id=work.ids.new("tpl"),
        team_id=given.team_id,
        name=given.name,
        description=given.description,
        audiences=given.audiences,
        algorithm=given.algorithm,
        claims={name: claim.model_dump(by_alias=True) for name, claim in given.claims.items()},
        sealed_secret=None if secret is None else work.vault.seal(secret),
        lifetime_seconds=given.lifetime_seconds,
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(template)
    work.session.flush()
    return TemplateMade(template, None if given.secret else secret)


def delete_template(actor: Actor, work: Work, template_id: str) -> None:
    """Delete a template; tokens made by it hold on.

    Raises:
        NotFoundError: no such template, or one of a team that the actor has no part in.
        ForbiddenError: without the permission template:write.
    """
    work.session.delete(_template(actor, work, template_id, Permission.TEMPLATE_WRITE))
    work.session.flush()


def refuse_custom_audiences(work: Work, issuer: TokenIssuer, audiences: list[str]) -> None:
    """Refuse audiences at which a custom token could pass for another kind of token.

    Raises:
        InvalidInputError: Passgate's own, or an application's id, for which only ID tokens are
            (OpenID Connect Core section 2).
    """
    refuse_own_audiences(issuer, audiences)
    for audience in audiences:
        if work.session.get(Application, audience) is not None:
            text = f"{audience} is an application; a custom token for it could pass for an ID token."
            raise InvalidInputError(text, code="audience_not_allowed", field="audiences")


def _template(actor: Actor, work: Work, template_id: str, permission: Permission) -> TokenTemplate:
    template = work.session.get(TokenTemplate, template_id)
    if template is None:
        raise NotFoundError("No such template.")
    actor.require(permission, template.team_id, what="template")
    return template
