"""Documents as people write them: without what is the default anyway."""

from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from passgate.declaring.documents import Document


def written(document: Document) -> dict[str, Any]:
    """The document as JSON; secrets in clear, since an export holds names of variables only."""
    found = _plain(document)
    first = {name: found[name] for name in ("kind", "team", "name") if name in found}
    return {**first, **found}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {
            name: _plain(getattr(value, name))
            for name, field in fields.items()
            if name in {"kind", "name"}
            or field.is_required()
            or getattr(value, name) != field.get_default(call_default_factory=True)
        }
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return to_jsonable_python(value)
