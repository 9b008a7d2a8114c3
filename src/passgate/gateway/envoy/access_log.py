"""The access log: one JSON line per call, an :class:`~passgate.contracts.call_record.AccessLine`.

No credential is in it: the path comes without its query, and no header is logged that can hold one (by the time of the
log, ``authorization`` may hold an upstream's own key).
"""

from passgate.contracts.call_record import FACTS
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject, type_url


def access_log(layout: NodeLayout) -> JsonObject:
    """Logs what is no call of control's: paths of the console and of sign-in are nobody's business.

    Health checks and unknown paths come in too, and are passed over when the log is read: a header of the request is
    tested in a twentieth of the time that an expression on the route's name takes.
    """
    unlogged = {"name": names.UNLOGGED_HEADER, "present_match": True, "invert_match": True}
    return {
        "name": "calls",
        "filter": {"header_filter": {"header": unlogged}},
        "typed_config": {
            "@type": type_url("envoy.extensions.access_loggers.file.v3.FileAccessLog"),
            "path": str(layout.access_log),
            "log_format": {"json_format": call_fields()},
        },
    }


def call_fields() -> dict[str, str]:
    """Member of the access line, and what Envoy puts there; a value that is missing becomes null, in a text ``-``."""
    facts = _facts()
    return {
        "facts": " ".join(facts[name] for name in FACTS),
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ:ORIG_OR_PATH)%",
        "route": "%ROUTE_NAME%",
        "subject": _claim("sub"),
        "user_agent": "%REQ(USER-AGENT)%",
        "issuer": _state(names.FOREIGN_ISSUER_STATE),
        "foreign_client": _state(names.FOREIGN_CLIENT_STATE),
        "foreign_subject": _state(names.FOREIGN_SUBJECT_STATE),
        "foreign_jti": _state(names.FOREIGN_JTI_STATE),
    }


def _facts() -> dict[str, str]:
    return {
        "request_id": "%REQ(X-REQUEST-ID)%",
        "start": "%START_TIME(%Y-%m-%dT%H:%M:%S.%6fZ)%",
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "duration_ms": "%DURATION%",
        "upstream_ms": "%RESPONSE_DURATION%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "service_id": f"%METADATA(ROUTE:{names.METADATA_NAMESPACE}:{names.SERVICE_KEY})%",
        "jti": _claim("jti"),
        "application_id": _claim("client_id"),
        "client_ip": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "details": "%RESP(X-PASSGATE-CACHE):1%/%RESPONSE_CODE_DETAILS%",
    }


def _state(key: str) -> str:
    return f"%FILTER_STATE({key}:PLAIN)%"


def _claim(name: str) -> str:
    return f"%DYNAMIC_METADATA({names.JWT_NAMESPACE}:{names.PAYLOAD_KEY}:{name})%"
