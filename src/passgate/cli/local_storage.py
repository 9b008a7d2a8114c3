"""The database of this machine's Passgate, for commands that work on it whether it runs or not."""

import argparse

from passgate.bootstrap.database import open_storage
from passgate.bootstrap.layout import folders_of
from passgate.kernel.errors import NotFoundError
from passgate.settings import Settings, load_settings
from passgate.storage.migration import migrate
from passgate.storage.work import Storage


def open_local(options: argparse.Namespace) -> tuple[Settings, Storage]:
    """Settings and storage of the data folder that the options name.

    Raises:
        NotFoundError: there is no Passgate in that folder.
        PassgateError: the database or the master key cannot be used.
    """
    settings = load_settings(data_dir=options.data)
    folders = folders_of(settings)
    if settings.database_url is None and not (folders.data / "passgate.db").exists():
        raise NotFoundError(
            f"There is no Passgate in {settings.data_dir}; start it first, or name its folder by --data."
        )
    storage = open_storage(settings, folders)
    migrate(storage.engine)
    return settings, storage
