"""An inference worker's process."""

from passgate.bootstrap.layout import Folders
from passgate.inference.hooks.loading import load_hooks
from passgate.inference.worker.options import RationingOptions, WorkerOptions
from passgate.inference.worker.server import serve_worker
from passgate.settings import Settings
from passgate.storage.master_key import load_vault


def run_worker(settings: Settings, folders: Folders, name: str) -> None:
    """Serve until a signal.

    Raises:
        MasterKeyError: the master key cannot be used.
        HookLoadError: a hook that is installed cannot be loaded, and nothing may pass without it.
    """
    secret = settings.master_key.get_secret_value() if settings.master_key else None
    options = WorkerOptions(
        name=name,
        config_file=folders.inference_config,
        revocations_file=folders.revocations,
        spool_dir=folders.spool,
        gate_socket=folders.socket("gate"),
        cached_socket=folders.socket("cached"),
        changes_file=folders.changes,
        hooks=load_hooks(seconds=settings.hook_seconds, refuse_on_failure=settings.hooks_failing == "refuse"),
        vault=load_vault(folders.data, secret),
        health_file=folders.routing_health(name),
        rationing=RationingOptions(
            valkey_url=settings.valkey_url.get_secret_value() if settings.valkey_url else None,
            refuse_without_valkey=settings.limits_without_valkey == "refuse",
            workers=settings.workers,
            spent_file=folders.spent,
        ),
    )
    serve_worker(options, folders.socket(name))
