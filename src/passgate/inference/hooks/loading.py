"""Finding the hooks that are installed: entry points of the group ``passgate.hooks``."""

import logging
from importlib.metadata import entry_points

from passgate.inference.hooks.chain import HookChain, InstalledHook
from passgate.inference.hooks.errors import HookLoadError

_log = logging.getLogger("passgate.inference")

GROUP = "passgate.hooks"


def load_hooks(*, seconds: float, refuse_on_failure: bool) -> HookChain | None:
    """The hooks of this environment, in the order of their names; None where none is installed.

    Args:
        seconds: what each may take for a call.
        refuse_on_failure: whether a call is refused when a hook fails, and the worker when one cannot be loaded.

    Raises:
        HookLoadError: one cannot be loaded, and nothing may pass without it.
    """
    found: list[InstalledHook] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found.append(InstalledHook(point.name, point.load()()))
        except Exception as error:  # somebody else's code may fail in any way
            if refuse_on_failure:
                _log.exception("the hook '%s' cannot be loaded; the worker does not start", point.name)
                raise HookLoadError(f"The hook '{point.name}' ({point.value}) cannot be loaded: {error!r}.") from error
            _log.exception("the hook '%s' cannot be loaded; calls pass without it", point.name)
        else:
            _log.info("the hook '%s' (%s) is asked about AI calls", point.name, point.value)
    return HookChain(tuple(found), seconds=seconds, refuse_on_failure=refuse_on_failure) if found else None
