"""The field in which a version's successor is named."""

from passgate.console.components.field import choice_field
from passgate.console.components.form import Form
from passgate.publishing.schemas import ServiceView
from passgate.publishing.version_schemas import VersionView


def ask_for_successor(form: Form, service: ServiceView, version: VersionView, help_text: str = "") -> None:
    """Offer the service's other versions, and none."""
    others = {one.name: one.name for one in service.versions if one.id != version.id}
    field = choice_field("Successor", others, value=version.successor, optional=True, help_text=help_text)
    form.add("successor", field)
