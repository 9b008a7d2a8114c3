"""A vendor that keeps files and works through batches, in OpenAI's way."""

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from fake_vendor.reply import Reply, json_reply
from fake_vendor.server import FakeVendor, VendorRequest

MISSING = {"error": {"message": "No such File object", "type": "invalid_request_error", "code": None}}
USAGE = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}


class FileStore:
    """Answers below ``/v1/files``, ``/v1/uploads`` and ``/v1/batches`` of a fake vendor.

    A batch is done when a test says so.
    """

    def __init__(self, vendor: FakeVendor, *, page: int = 100) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, bytes] = {}
        self._page = page
        self._vendor = vendor
        vendor.reply("/v1/files", self._files)
        vendor.reply("/v1/batches", self._batches)
        vendor.reply("/v1/uploads", self._begin)

    def keep(self, name: str, purpose: str, content: bytes) -> dict[str, Any]:
        number = f"file-{len(self.files) + 1:04}"
        file = {
            "id": number,
            "object": "file",
            "bytes": len(content),
            "created_at": 1_800_000_000 + len(self.files),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self.files[number], self.contents[number] = file, content
        self._vendor.reply(f"/v1/files/{number}", self._file)
        self._vendor.reply(f"/v1/files/{number}/content", self._content)
        return file

    def finish(self, number: str, status: str = "completed") -> None:
        """The batch is done, each of its requests answered."""
        batch = self.batches[number]
        output = self.answered(number, batch["input_file_id"]) if status == "completed" else None
        moment = {f"{status}_at": batch["created_at"] + 60}
        self.batches[number] = {**batch, "status": status, "output_file_id": output, **moment}

    def answered(self, number: str, input_file: str) -> str:
        """The file of answers to a batch's requests."""
        lines = [json.loads(line) for line in self.contents[input_file].splitlines()]
        answers = [
            {
                "custom_id": line.get("custom_id"),
                "response": {"status_code": 200, "body": {"object": "chat.completion", "usage": USAGE}},
            }
            for line in lines
        ]
        text = "".join(json.dumps(answer) + "\n" for answer in answers).encode()
        return str(self.keep(f"{number}_output.jsonl", "batch_output", text)["id"])

    def _begin(self, request: VendorRequest) -> Reply:
        number = f"upload_{len(self.uploads) + 1:04}"
        self.uploads[number] = {"id": number, "object": "upload", "status": "pending", "file": None, **request.json()}
        for act in (self._add, self._complete, self._give_up):
            name = {self._add: "parts", self._complete: "complete", self._give_up: "cancel"}[act]
            self._vendor.reply(f"/v1/uploads/{number}/{name}", act)
        return json_reply(self.uploads[number])

    def _add(self, request: VendorRequest) -> Reply:
        number, part = request.path.split("/")[3], f"part_{len(self.parts) + 1:04}"
        content = _form(request)["data"].get_payload(decode=True)
        assert isinstance(content, bytes)
        self.parts[part] = content
        return json_reply({"id": part, "object": "upload.part", "created_at": 1, "upload_id": number})

    def _complete(self, request: VendorRequest) -> Reply:
        upload = self.uploads[request.path.split("/")[3]]
        missing = [one for one in request.json()["part_ids"] if one not in self.parts]
        if missing:
            return json_reply({"error": {"message": f"No such part {missing[0]}", "type": "invalid"}}, status=400)
        content = b"".join(self.parts[one] for one in request.json()["part_ids"])
        upload["status"], upload["file"] = "completed", self.keep(upload["filename"], upload["purpose"], content)
        return json_reply(upload)

    def _give_up(self, request: VendorRequest) -> Reply:
        upload = self.uploads[request.path.split("/")[3]]
        upload["status"] = "cancelled"
        return json_reply(upload)

    def _files(self, request: VendorRequest) -> Reply:
        if request.method == "GET":
            return self._list(list(reversed(self.files.values())), request)
        parts = _form(request)
        file = parts["file"]
        content = file.get_payload(decode=True)
        assert isinstance(content, bytes)
        return json_reply(self.keep(file.get_filename() or "", parts["purpose"].get_content().strip(), content))

    def _file(self, request: VendorRequest) -> Reply:
        number = request.path.split("/")[3]
        if number not in self.files:
            return json_reply(MISSING, status=404)
        if request.method == "DELETE":
            del self.files[number]
            return json_reply({"id": number, "object": "file", "deleted": True})
        return json_reply(self.files[number])

    def _content(self, request: VendorRequest) -> Reply:
        number = request.path.split("/")[3]
        if number not in self.files:
            return json_reply(MISSING, status=404)
        return Reply(content_type="application/octet-stream", parts=(self.contents[number],))

    def _batches(self, request: VendorRequest) -> Reply:
        if request.method == "GET":
            return self._list(list(reversed(self.batches.values())), request)
        asked = request.json()
        number = f"batch_{len(self.batches) + 1:04}"
        self.batches[number] = {
            "id": number,
            "object": "batch",
            "status": "in_progress",
            "created_at": 1_900_000_000,
            "output_file_id": None,
            "error_file_id": None,
            **asked,
        }
        return serve_job(self._vendor, "/v1/batches", self.batches, number, "cancelling")

    def _list(self, items: list[dict[str, Any]], request: VendorRequest) -> Reply:
        query = query_of(request)
        if "after" in query:
            items = items[[item["id"] for item in items].index(query["after"]) + 1 :]
        size = min(self._page, int(query.get("limit", "20")))
        return json_reply({"object": "list", "data": items[:size], "has_more": len(items) > size})


def serve_job(vendor: FakeVendor, path: str, jobs: dict[str, dict[str, Any]], number: str, cancelled: str) -> Reply:
    """Answer for a job that was just made, as it then stands; its status when it is cancelled is ``cancelled``."""

    def cancel(_: VendorRequest) -> Reply:
        jobs[number]["status"] = cancelled
        return json_reply(jobs[number])

    vendor.reply(f"{path}/{number}", lambda _: json_reply(jobs[number]))
    vendor.reply(f"{path}/{number}/cancel", cancel)
    return json_reply(jobs[number])


def query_of(request: VendorRequest) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query).items()}


def _form(request: VendorRequest) -> dict[Any, Any]:
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
