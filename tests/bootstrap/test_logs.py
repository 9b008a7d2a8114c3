import json
import logging
import sys

from passgate.bootstrap.logs import HumanFormatter, JsonFormatter


def record(**extra: object) -> logging.LogRecord:
    entry = logging.LogRecord("passgate.inference", logging.WARNING, "f.py", 1, "vendor %s", ("slow",), None)
    entry.__dict__.update(extra)
    return entry


def test_json_is_one_object_a_line_with_the_extras_as_keys() -> None:
    entry = json.loads(JsonFormatter("worker-1").format(record(request_id="r-1")))
    assert entry["level"] == "warning"
    assert entry["process"] == "worker-1"
    assert entry["message"] == "vendor slow"
    assert entry["request_id"] == "r-1"


def test_a_traceback_stays_inside_the_json_object() -> None:
    entry = record()
    try:
        raise ValueError("boom")  # noqa: TRY301 - a real traceback is needed
    except ValueError:
        entry.exc_info = sys.exc_info()
    text = JsonFormatter("control").format(entry)
    assert "\n" not in text
    assert "boom" in json.loads(text)["exception"]


def test_people_read_time_level_process_message_and_extras() -> None:
    line = HumanFormatter("agent").format(record(request_id="r-1"))
    assert line.endswith("warning agent passgate.inference: vendor slow request_id=r-1")
