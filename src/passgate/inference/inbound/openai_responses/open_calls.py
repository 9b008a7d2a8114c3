"""The calls of tools in a streamed response while their arguments are coming."""

from passgate.inference.exchange.growing_text import GrowingText
from passgate.inference.inbound.openai_responses import output
from passgate.inference.inbound.openai_responses.client_tool import ClientTool, as_free_text
from passgate.inference.inbound.openai_responses.open_items import EventLine


class OpenCall:
    """A tool call whose arguments are coming.

    What a custom tool is called with is told in one piece: until it is whole, it is JSON, and the client awaits text.
    """

    def __init__(self, line: EventLine, reply_id: str, call_id: str, tool: ClientTool) -> None:
        self._line = line
        self._id = output.call_id(tool, reply_id, line.begun)
        self._call_id = call_id
        self._tool = tool
        self._place = line.reserve()
        self._arguments = GrowingText()

    def begin(self) -> bytes:
        """The item is there."""
        item = output.call(self._tool, self._id, self._call_id, "", "in_progress")
        return self._line.event("response.output_item.added", output_index=self._place, item=item)

    def add(self, arguments: str) -> bytes:
        """More of the arguments."""
        self._arguments.add(arguments)
        if self._tool.custom:
            return b""
        return self._about("response.function_call_arguments.delta", delta=arguments)

    def close(self) -> bytes:
        """The call is whole."""
        arguments = self._arguments.whole()
        item = output.call(self._tool, self._id, self._call_id, arguments)
        self._line.keep(self._place, item)
        if self._tool.custom:
            text = as_free_text(arguments)
            done = self._about("response.custom_tool_call_input.delta", delta=text)
            done += self._about("response.custom_tool_call_input.done", input=text)
        else:
            done = self._about("response.function_call_arguments.done", name=self._tool.name, arguments=arguments)
        return done + self._line.event("response.output_item.done", output_index=self._place, item=item)

    def _about(self, kind: str, **members: object) -> bytes:
        return self._line.event(kind, item_id=self._id, output_index=self._place, **members)
