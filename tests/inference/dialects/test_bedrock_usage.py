from passgate.inference.dialects.bedrock.usage import read_usage


def test_what_is_written_for_an_hour_is_told_apart() -> None:
    usage = {
        "inputTokens": 10,
        "outputTokens": 5,
        "cacheReadInputTokens": 3,
        "cacheWriteInputTokens": 40,
        "cacheDetails": [{"ttl": "1h", "inputTokens": 30}, {"ttl": "5m", "inputTokens": 10}],
    }
    found = read_usage(usage)
    assert found is not None
    assert (found.input, found.cached_input, found.cache_write, found.cache_write_long) == (53, 3, 40, 30)
    shown = read_usage({**usage, "cacheDetails": None})
    assert shown is not None
    assert shown.cache_write_long == 0
