"""A vendor whose batches are jobs of Mistral's form, over the files of a ``FileStore``."""

from typing import Any

from fake_vendor.file_store import FileStore, query_of, serve_job
from fake_vendor.reply import Reply, json_reply
from fake_vendor.server import FakeVendor, VendorRequest


class JobStore:
    """Answers at ``/v1/batch/jobs`` of a fake vendor; a job is done when a test says so."""

    def __init__(self, vendor: FakeVendor, files: FileStore) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self._files = files
        self._vendor = vendor
        vendor.reply("/v1/batch/jobs", self._all)

    def finish(self, number: str, status: str = "SUCCESS") -> None:
        """The job has come to its end, each of its requests answered where it succeeded."""
        job = self.jobs[number]
        output = self._files.answered(number, job["input_files"][0]) if status == "SUCCESS" else None
        errors = [] if output else [{"message": "Out of capacity", "count": 2}]
        self.jobs[number] = {
            **job,
            "status": status,
            "output_file": output,
            "errors": errors,
            "completed_at": 1_900_000_060,
        }

    def _all(self, request: VendorRequest) -> Reply:
        if request.method == "GET":
            query = query_of(request)
            number, size = int(query["page"]), int(query["page_size"])
            newest = list(reversed(self.jobs.values()))
            page = newest[number * size : (number + 1) * size]
            return json_reply({"object": "list", "data": page, "total": len(newest)})
        asked = request.json()
        number = f"0195b3f0-0000-7000-8000-{len(self.jobs) + 1:012}"
        self.jobs[number] = {
            "id": number,
            "object": "batch",
            "status": "QUEUED",
            "created_at": 1_900_000_000,
            "started_at": None,
            "completed_at": None,
            "output_file": None,
            "error_file": None,
            "errors": [],
            "total_requests": 2,
            "completed_requests": 0,
            "succeeded_requests": 0,
            "failed_requests": 0,
            **asked,
        }
        return serve_job(self._vendor, "/v1/batch/jobs", self.jobs, number, "CANCELLATION_REQUESTED")
