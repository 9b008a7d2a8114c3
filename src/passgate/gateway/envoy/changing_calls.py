"""Tells a worker of calls that may have changed what it keeps of their path, in Lua.

RFC 9111 section 4.4: after a call by an unsafe method that did not fail, nothing that was kept of its URI may be given
again. The call itself goes to its upstream as any does; its answer waits until the worker has heard of it.
"""

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

SCRIPT_NAME = "changing_calls"
"""By which routes name it, so that all of them share one interpreter."""
_TELL_MS = 1_000
_NOTE = "passgate.changed"
_NOTING = """
local safe = {GET = true, HEAD = true, OPTIONS = true, TRACE = true}
local function note(handle)
  local headers = handle:headers()
  local kind = headers:get('content-type') or ''
  if safe[headers:get(':method')] or kind:sub(1, 16) == 'application/grpc' then return end
  handle:streamInfo():dynamicMetadata():set('{NOTE}', 'path', headers:get(':path'):match('^[^?]*'))
end

function envoy_on_response(handle)
  local status = handle:headers():get(':status')
  if status < '200' or status >= '400' then return end
  local noted = handle:streamInfo():dynamicMetadata():get('{NOTE}')
  if noted == nil then return end
  local about = {
    [':method'] = 'POST',
    [':authority'] = 'workers',
    [':path'] = '{PATH}/' .. handle:filterContext():get('service') .. noted['path'],
  }
  for _ = 1, 2 do
    local told = handle:httpCall('{CLUSTER}', about, '', {MS})
    if told[':status'] == '204' then return end
  end
  handle:logWarn('no worker was told of a change')
end
"""
_ALONE = """
function envoy_on_request(handle) note(handle) end
"""
_WITH = """
local change = envoy_on_request
function envoy_on_request(handle)
  note(handle)
  change(handle)
end
"""


def changing_script(before: str = "") -> str:
    """The script.

    Args:
        before: another one, whose work on requests is done as well.
    """
    values = {"NOTE": _NOTE, "PATH": names.CHANGED_PATH, "CLUSTER": names.WORKERS_CLUSTER, "MS": str(_TELL_MS)}
    noting = _NOTING
    for name, value in values.items():
        noting = noting.replace(f"{{{name}}}", value)
    return f"{before}{noting}{_WITH if before else _ALONE}"


def about(service_id: str) -> JsonObject:
    """What the script is told of a route."""
    return {"service": service_id}
