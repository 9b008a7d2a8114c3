"""Changes of a query's parameters, in Lua.

Envoy's own filter for it decodes the parameters that it leaves alone, so that an escaped space, or the end of a line,
would reach the upstream as it is.
"""

from collections.abc import Iterable

_SCRIPT = """
local gone, put = {GONE}, {PUT}
local function plain(text)
  local spaced = text:gsub('[+]', ' ')
  local found = spaced:gsub('[%%](%x%x)', function(hex) return string.char(tonumber(hex, 16)) end)
  return found
end

function envoy_on_request(handle)
  local path = handle:headers():get(':path')
  local bare, query = path:match('^([^?]*)%??(.*)$')
  local kept = {}
  for part in query:gmatch('[^&]+') do
    if not gone[plain(part:match('^[^=]*'))] then kept[#kept + 1] = part end
  end
  for _, part in ipairs(put) do kept[#kept + 1] = part end
  if #kept > 0 then bare = bare .. '?' .. table.concat(kept, '&') end
  handle:headers():replace(':path', bare)
end
"""


def query_script(gone: Iterable[str], put: Iterable[str]) -> str:
    """The script of a route.

    Args:
        gone: names of parameters that are taken off.
        put: parameters that are put on, escaped.
    """
    names = ",".join(f"[{_quoted(name)}]=true" for name in gone)
    return _SCRIPT.replace("{GONE}", f"{{{names}}}").replace("{PUT}", f"{{{','.join(map(_quoted, put))}}}")


def _quoted(text: str) -> str:
    """Byte by byte, so that no text can end the literal."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text.encode()) + '"'
