"""What a stream used that was broken off before its vendor had counted it: an estimate."""

from dataclasses import replace

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.limits.estimate import BYTES_A_TOKEN


def estimated_usage(
    told: TokenUsage | None, said_bytes: int, *, input_tokens: int, most_output: int | None
) -> TokenUsage:
    """What the vendor counted, and an estimate of what it had not: prose comes out too high, tools' arguments too low.

    Args:
        told: what the vendor counted; what it told of the prompt holds as it is.
        said_bytes: of words that came since, in UTF-8.
        input_tokens: of the prompt, where the vendor told none.
        most_output: tokens that the answer cannot exceed; None: nobody knows. What was told holds all the same.
    """
    told = told or TokenUsage()
    output = told.output - (-said_bytes // BYTES_A_TOKEN)
    if most_output is not None and output > most_output:
        output = max(told.output, most_output)
    return replace(told, input=told.input or input_tokens, output=output)
