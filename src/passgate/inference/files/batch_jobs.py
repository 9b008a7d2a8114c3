"""Batches as jobs of Mistral's form (Mistral API, Batch), told from and to OpenAI's batch objects.

Lines of input and output have one form at both: ``custom_id``, ``body``; ``custom_id``, ``response``.
"""

import re
from collections.abc import Mapping
from typing import Any

from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text
from passgate.inference.translation import InvalidRequestError

_STATUSES: Mapping[str, str] = {
    "QUEUED": "validating",
    "RUNNING": "in_progress",
    "SUCCESS": "completed",
    "FAILED": "failed",
    "TIMEOUT_EXCEEDED": "expired",
    "CANCELLATION_REQUESTED": "cancelling",
    "CANCELLED": "cancelled",
}
_ENDS = ("completed", "failed", "expired", "cancelled")
_WINDOW = re.compile(r"([1-9][0-9]{0,2})h")
_LONGEST_HOURS = 168
"""A week."""
_TOLD = frozenset({"input_file_id", "endpoint", "completion_window", "metadata"})


def job_asked(document: Mapping[str, Any], model: str) -> dict[str, Any]:
    """What creates the job that a batch's request means.

    Args:
        document: OpenAI's request, with the vendor's id of its file.
        model: the vendor's name of the one that all lines are for.

    Raises:
        InvalidRequestError: the job could not have that window.
    """
    window = document.get("completion_window", "24h")
    hours = _WINDOW.fullmatch(window) if isinstance(window, str) else None
    if hours is None or int(hours.group(1)) > _LONGEST_HOURS:
        message = f"'completion_window' must be a number of hours from 1h to {_LONGEST_HOURS}h at this provider."
        raise InvalidRequestError(message, field="completion_window")
    return {
        "input_files": [document["input_file_id"]],
        "endpoint": document.get("endpoint"),
        "model": model,
        "metadata": document.get("metadata") or {},
        "timeout_hours": int(hours.group(1)),
    }


def left_out(document: Mapping[str, Any]) -> list[str]:
    """Members of a batch's request that no job knows."""
    return [name for name in document if name not in _TOLD]


def batch_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """The job as a batch of OpenAI's."""
    status = _STATUSES.get(as_text(job.get("status")), "in_progress")
    files = as_list(job.get("input_files"))
    ended = {f"{name}_at": job.get("completed_at") if name == status else None for name in _ENDS}
    return {
        "id": job.get("id"),
        "object": "batch",
        "endpoint": job.get("endpoint"),
        "model": job.get("model"),
        "errors": _errors(job),
        "input_file_id": files[0] if files else "",
        "completion_window": "24h",
        "status": status,
        "output_file_id": job.get("output_file"),
        "error_file_id": job.get("error_file"),
        "created_at": job.get("created_at"),
        "in_progress_at": job.get("started_at"),
        **ended,
        "request_counts": {
            "total": as_count(job.get("total_requests")),
            "completed": as_count(job.get("succeeded_requests")),
            "failed": as_count(job.get("failed_requests")),
        },
        "metadata": job.get("metadata"),
    }


def _errors(job: Mapping[str, Any]) -> dict[str, Any] | None:
    """Mistral counts errors of one message; OpenAI lists each by itself."""
    told = [as_object(one) for one in as_list(job.get("errors"))]
    if not told:
        return None
    data = [{"code": None, "line": None, "message": _message(one), "param": None} for one in told]
    return {"object": "list", "data": data}


def _message(error: Mapping[str, Any]) -> str:
    count = as_count(error.get("count"))
    message = as_text(error.get("message"))
    return f"{message} ({count} times)" if count > 1 else message
