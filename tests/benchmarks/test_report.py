import json
from pathlib import Path

import pytest
from benchmarks.measuring import Figures, Plan, Shares
from benchmarks.processes import Cores
from benchmarks.report import Result, table, write_json
from benchmarks.run import main


def _figures(rate: float) -> Figures:
    shares = Shares(target=0.7, generator=0.3, vendor=0.2, target_core=0.95)
    return Figures([rate - 10, rate, rate + 500], [0.001] * 98 + [0.009] * 2, [100.0, 101.0, 140.0], [shares])


@pytest.fixture
def result() -> Result:
    result = Result(Plan(), Cores(0, 1, 1), versions={"litellm": "1.2.3"})
    for name, rate in (("envoy", 20_000.0), ("passgate-rest", 12_000.0), ("passgate-ai", 6_000.0), ("litellm", 100.0)):
        figures = _figures(rate)
        result.rows.append(figures.row(name))
        result.shares[name] = figures.median_shares()
    result.skipped.append({"name": "portkey", "reason": "node is not installed"})
    return result


def test_a_row_holds_the_medians_of_the_rounds() -> None:
    row = _figures(6000.0).row("passgate-ai")
    assert row == {"name": "passgate-ai", "calls_per_s": 6000.0, "p50_ms": 1.0, "p99_ms": 9.0, "rss_mb": 101.0}


def test_the_file_holds_rows_ratios_and_what_was_skipped(result: Result, tmp_path: Path) -> None:
    write_json(result, tmp_path / "results.json")
    written = json.loads((tmp_path / "results.json").read_text())
    assert [row["name"] for row in written["rows"]] == ["envoy", "passgate-rest", "passgate-ai", "litellm"]
    assert written["ratios"] == {"passgate-rest / envoy": 0.6, "passgate-ai / litellm": 60.0}
    assert written["skipped"] == [{"name": "portkey", "reason": "node is not installed"}]
    assert written["load"]["fixed_rate_per_s"] == Plan().fixed_rate
    assert str(Path.home()) not in json.dumps(written)
    assert list(tmp_path.iterdir()) == [tmp_path / "results.json"]


def test_the_table_names_ratios_skipped_peers_and_disturbances(result: Result) -> None:
    text = table(result)
    assert "passgate-ai / litellm" in text
    assert "60.00 x" in text
    assert "portkey                   skipped: node is not installed" in text
    assert "others used 25% of the target's core" in text


def test_a_saturated_generator_is_told(result: Result) -> None:
    result.shares["envoy"] = {"generator": 0.5, "vendor": 0.48}
    assert "envoy: the load generator and the mock vendor were the limit, not the target" in table(result)


def test_a_target_with_wrong_answers_has_no_row() -> None:
    figures = _figures(6000.0)
    figures.errors, figures.first_error = 3, "HTTP/1.1 500"
    assert figures.failure() == "3 wrong answers, the first: HTTP/1.1 500"
    assert Figures([0.0], [], [1.0]).failure() == "no answers"
    assert _figures(6000.0).failure() is None


def test_a_small_run_measures_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "results.json"
    options = ["--only", "mock", "--seconds", "0.3", "--rounds", "1", "--warm-up", "0.1", "--output", str(output)]
    assert main(options) == 0
    (row,) = json.loads(output.read_text())["rows"]
    assert row["name"] == "mock"
    assert row["calls_per_s"] > 100
    assert row["rss_mb"] > 1
    assert "mock" in capsys.readouterr().out


def test_an_unknown_row_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nginx"])
    assert "no row is named 'nginx'" in capsys.readouterr().err
