"""The access log: one JSON line per call, with the fields of :class:`~passgate.contracts.call_record.CallRecord`.

No credential is in it: the path comes without its query, and no header is logged that can hold one (by the time of the
log, ``authorization`` may hold an upstream's own key).
"""

from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject, type_url


def access_log(layout: NodeLayout) -> JsonObject:
    """Logs the routes that count as calls; the console, the management API and health checks are none."""
    listed = ", ".join(f"'{route}'" for route in names.CALL_ROUTES)
    return {
        "name": "calls",
        "filter": {
            "extension_filter": {
                "name": "cel",
                "typed_config": {
                    "@type": type_url("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"),
                    "expression": f"xds.route_name in [{listed}]",
                },
            }
        },
        "typed_config": {
            "@type": type_url("envoy.extensions.access_loggers.file.v3.FileAccessLog"),
            "path": str(layout.access_log),
            "log_format": {"json_format": call_fields()},
        },
    }


def call_fields() -> dict[str, str]:
    """Field of the call record, and what Envoy puts there; a value that is missing becomes null."""
    return {
        "stream_id": "%STREAM_ID%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "start": "%START_TIME(%Y-%m-%dT%H:%M:%S.%6fZ)%",
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ:ORIG_OR_PATH)%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "flags": "%RESPONSE_FLAGS%",
        "duration_ms": "%DURATION%",
        "upstream_ms": "%RESPONSE_DURATION%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "route": "%ROUTE_NAME%",
        "service_id": f"%METADATA(ROUTE:{names.METADATA_NAMESPACE}:{names.SERVICE_KEY})%",
        "jti": _claim("jti"),
        "subject": _claim("sub"),
        "application_id": _claim("client_id"),
        "user_agent": "%REQ(USER-AGENT)%",
        "client_ip": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    }


def _claim(name: str) -> str:
    return f"%DYNAMIC_METADATA({names.JWT_NAMESPACE}:{names.PAYLOAD_KEY}:{name})%"
