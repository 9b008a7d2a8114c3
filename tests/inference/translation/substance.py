"""What an answer must keep on its way from a vendor to a client, in either format."""

from inference.translation import answers
from inference.translation.answers import Answer
from inference.translation.recordings import Recording
from passgate.inference.translation import InboundFormat

REPLY = {"openai": answers.openai_reply, "anthropic": answers.anthropic_reply}
STREAM = {"openai": answers.openai_stream, "anthropic": answers.anthropic_stream}
NATIVE = {"openai": "openai-chat", "anthropic": "anthropic-messages"}
STOPS = {
    ("anthropic", "openai-chat"): {"end_turn": "stop", "stop_sequence": "stop", "tool_use": "tool_calls"},
    ("openai", "anthropic-messages"): {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"},
}


def family(form: InboundFormat) -> str:
    return "openai" if form == "openai-chat" else "anthropic"


def expected(recording: Recording, form: InboundFormat, answer: Answer) -> Answer:
    """The vendor's own answer, with the stop reason in the client's words."""
    table = STOPS.get((recording.dialect, form))
    if table is not None:
        answer.stop = table[answer.stop or ""]
    return answer


def same(recording: Recording, form: InboundFormat, found: Answer, wanted: Answer) -> None:
    if any(signature.startswith("passgate1.") for signature in found.signatures):
        # Another family's signature on its way through Anthropic's format; its way back has a test of its own.
        assert recording.vendor == "openrouter"
        assert form == "anthropic-messages"
        found.signatures = wanted.signatures
    assert found == wanted, recording.name
