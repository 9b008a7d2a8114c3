"""Reading a foreign configuration: one file, a folder of files, or a ZIP of them."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from passgate.kernel.errors import InvalidInputError

_MOST_BYTES = 20 * 1024 * 1024


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InvalidInputError: it is not there, too large, or no text.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInputError(f"{path} is larger than {_MOST_BYTES} bytes.")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InvalidInputError(f"{path} cannot be read.") from None


def read_mapping(path: Path) -> Mapping[str, Any]:
    """The mapping of a YAML or JSON file.

    Raises:
        InvalidInputError: as :func:`read_text`, or it is no such file; names the line.
    """
    try:
        content = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}, line {mark.line + 1}" if mark is not None else path.name
        raise InvalidInputError(f"{where}: {getattr(error, 'problem', None) or 'this is no YAML'}.") from None
    if not isinstance(content, Mapping) or not all(isinstance(name, str) for name in content):
        raise InvalidInputError(f"{path.name}: a mapping was expected.")
    return content


def read_lists(path: Path) -> dict[str, list[Any]]:
    """The JSON lists of a folder or a ZIP, by the names of their files without suffix.

    Raises:
        InvalidInputError: it is neither, or a file of it is no JSON list.
    """
    if path.is_dir():
        texts = {one.stem: read_text(one) for one in sorted(path.glob("*.json"))}
    elif zipfile.is_zipfile(path):
        texts = _texts_of_zip(path)
    else:
        raise InvalidInputError(f"{path} is neither a folder nor a ZIP.")
    found: dict[str, list[Any]] = {}
    for name, text in texts.items():
        try:
            content = json.loads(text)
        except ValueError as error:
            raise InvalidInputError(f"{name}.json: {error}.") from None
        if not isinstance(content, list | None):
            raise InvalidInputError(f"{name}.json: a list was expected.")
        found[name] = content or []
    return found


def _texts_of_zip(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if one.filename.endswith(".json") and not one.is_dir()]
        if sum(one.file_size for one in members) > _MOST_BYTES:
            raise InvalidInputError(f"{path} is larger than {_MOST_BYTES} bytes.")
        return {Path(one.filename).stem: archive.read(one).decode("utf-8-sig", "replace") for one in members}
