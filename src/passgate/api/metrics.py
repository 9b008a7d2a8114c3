"""Figures as Prometheus reads them (text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import passgate
from passgate.gateway.schemas import NodeView
from passgate.metering.schemas import ModelTraffic, ServiceTraffic
from passgate.metering.service.traffic import Traffic

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_MICRO = 1_000_000
_MILLI = 1_000
_NOT_IN_STEP = {"behind", "rejected"}


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    meaning: str
    labels: tuple[str, ...]
    samples: Iterable[tuple[Sequence[str], float]]
    is_counter: bool = True


def metrics_text(traffic: Traffic, nodes: Sequence[NodeView]) -> bytes:
    """The text; nodes may be none, for those who may not see them."""
    # At first use: whoever is not watched by a Prometheus does not pay for it.
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric  # noqa: PLC0415
    from prometheus_client.registry import Collector  # noqa: PLC0415

    families = [*_of_services(traffic.services), *_of_models(traffic.models), *_of_nodes(nodes)]

    class Found(Collector):
        """What was found, once."""

        def collect(self) -> Iterator[Metric]:
            for family in families:
                kind = CounterMetricFamily if family.is_counter else GaugeMetricFamily
                metric = kind(family.name, family.meaning, labels=family.labels)
                for labels, value in family.samples:
                    metric.add_metric(labels, value)
                yield metric

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Found())
    return generate_latest(registry)


def _of_services(rows: Sequence[ServiceTraffic]) -> Iterator[_Family]:
    labels = ("kind", "service", "service_id")
    by = [((row.kind, row.service_name, row.service_id), row) for row in rows]
    yield _Family("passgate_calls", "Calls at the gate.", labels, [(key, row.calls) for key, row in by])
    yield _Family(
        "passgate_failed_calls",
        "Calls at the gate without an answer, or with a status from 400 up.",
        labels,
        [(key, row.errors) for key, row in by],
    )
    yield _Family(
        "passgate_call_seconds",
        "Durations of the calls at the gate, summed.",
        labels,
        [(key, row.latency_ms / _MILLI) for key, row in by],
    )


def _of_models(rows: Sequence[ModelTraffic]) -> Iterator[_Family]:
    labels = ("model", "provider", "provider_id")
    by = [((row.model, row.provider_name, row.provider_id), row) for row in rows]
    yield _Family("passgate_model_calls", "Calls of models.", labels, [(key, row.calls) for key, row in by])
    yield _Family(
        "passgate_failed_model_calls", "Calls of models that failed.", labels, [(key, row.errors) for key, row in by]
    )
    yield _Family(
        "passgate_model_call_seconds",
        "Durations of the calls of models, summed.",
        labels,
        [(key, row.latency_ms / _MILLI) for key, row in by],
    )
    yield _Family(
        "passgate_tokens",
        "Tokens of models, in and out.",
        (*labels, "direction"),
        [((*key, way), count) for key, row in by for way, count in (("in", row.tokens_in), ("out", row.tokens_out))],
    )
    yield _Family(
        "passgate_spent_dollars",
        "Cost of models since the beginning of the month (UTC), corrections of prices included.",
        labels,
        [(key, row.cost / _MICRO) for key, row in by],
        is_counter=False,
    )


def _of_nodes(nodes: Sequence[NodeView]) -> Iterator[_Family]:
    def gauge(name: str, meaning: str, values: Iterable[float]) -> _Family:
        samples = [((node.name,), value) for node, value in zip(nodes, values, strict=True)]
        return _Family(f"passgate_node_{name}", meaning, ("node",), samples, is_counter=False)

    yield _Family("passgate_info", "The release.", ("version",), [((passgate.__version__,), 1)], is_counter=False)
    if not nodes:
        return
    yield gauge("up", "1 while the node reports, 0 once it is silent.", (node.state != "silent" for node in nodes))
    yield gauge(
        "lags",
        "1 where a newer configuration or revocation is not in force yet, or was refused.",
        (node.state in _NOT_IN_STEP for node in nodes),
    )
    yield gauge("snapshot_version", "The configuration in force.", (node.snapshot_version for node in nodes))
    yield gauge("revocations", "The number of the last revocation in force.", (node.revocation_seq for node in nodes))
    yield gauge(
        "last_seen_timestamp_seconds",
        "When the node last reported, in seconds since 1970.",
        (node.last_seen_at.timestamp() for node in nodes),
    )
