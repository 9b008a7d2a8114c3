"""Whether the requests of a batch may be made, and how they are put to the vendor: as calls of their own would be."""

from collections.abc import Callable
from dataclasses import dataclass

from passgate.inference.exchange.reading import as_text
from passgate.inference.files.batch_lines import BatchLine, BatchSum
from passgate.inference.files.ids import names_files
from passgate.inference.files.provider import FileProvider
from passgate.inference.json_text import write_json
from passgate.inference.passing import PassingExchange
from passgate.inference.passing_media import MediaExchange
from passgate.inference.policies.masker import Hits
from passgate.inference.routing_table import ServingModel
from passgate.inference.translation import InvalidRequestError, ParsedRequest
from passgate.inference.translator import kind_for, open_exchange, parse
from passgate.inference.worker.file_call import FileCall
from passgate.inference.worker.model_list import find_model
from passgate.inference.worker.raw_call import PassThroughRefusedError
from passgate.inference.worker.refusals import ModelKindError

_REPLIES = "A policy masks replies for this application; those of a batch cannot be masked."


class BatchRefusedError(PassThroughRefusedError):
    """A rule holds for the caller that the gate cannot hold batches to."""

    code = "batch_refused"


@dataclass(frozen=True, slots=True)
class BatchJudge:
    """Judges for one caller."""

    asked: FileCall
    judged: bool
    """A hook sees requests before vendors do; it cannot see these."""

    def at(self, provider: FileProvider) -> Callable[[BatchLine, BatchSum], bytes]:
        """Judges lines that go to a provider; gives each one's body for the vendor.

        Raises:
            BatchRefusedError: a hook judges requests.
        """
        self._refuse_judged()
        return lambda line, sum_: self._body(line, sum_, provider)

    def check(self, model: ServingModel) -> None:
        """Refuse a batch whose lines were judged when they were uploaded, by what holds now.

        Raises:
            BatchRefusedError: a rule holds that the gate cannot hold it to.
        """
        self._refuse_judged()
        policy = self.asked.table.policies.of(self.asked.application.team_id, self.asked.application.id, model.name)
        if policy is not None and policy.on_reply:
            raise BatchRefusedError(_REPLIES)

    def check_file(self) -> None:
        """Refuse a file that is none of requests, where what the application sends is masked.

        Raises:
            BatchRefusedError: it is.
        """
        policy = self.asked.table.policies.of(self.asked.application.team_id, self.asked.application.id, "")
        if policy is not None and policy.on_request:
            raise BatchRefusedError("A policy masks what this application sends; files cannot be masked.")

    def _refuse_judged(self) -> None:
        if self.judged:
            raise BatchRefusedError("A hook judges requests, and cannot judge those of a batch.")

    def _body(self, line: BatchLine, sum_: BatchSum, provider: FileProvider) -> bytes:
        asked = self.asked
        name = as_text(line.body.get("model"))
        model = find_model(asked.table, asked.application, name)
        if sum_.model not in {"", model.name}:
            raise InvalidRequestError(f"a batch is for one model, and this line is for another than '{sum_.model}'")
        sum_.model = model.name
        if model.kind != kind_for(line.form):
            raise ModelKindError(f"The model '{model.name}' is for {model.kind}.", field="model")
        deployment = next((one for one in model.deployments if one.provider_id == provider.id), None)
        if deployment is None:
            raise InvalidRequestError(f"the provider '{provider.name}' does not serve the model '{model.name}'")
        parsed = self._held(parse(line.form, self._raw(line, provider), {}), model)
        exchange = open_exchange(parsed, deployment.target)
        if not isinstance(exchange, PassingExchange | MediaExchange):
            raise InvalidRequestError("the provider has no such endpoint")
        sum_.dropped.update(dict.fromkeys(exchange.dropped))
        return exchange.request.body

    def _raw(self, line: BatchLine, provider: FileProvider) -> bytes:
        raw = write_json(line.body)
        if not names_files(raw):
            return raw
        raw, at = self.asked.ids.unsealed(raw)
        if at not in {None, provider.id}:
            raise InvalidRequestError("it names a file that another provider keeps")
        return raw

    def _held(self, parsed: ParsedRequest, model: ServingModel) -> ParsedRequest:
        """The request as policies want it."""
        asked = self.asked
        policy = asked.table.policies.of(asked.application.team_id, asked.application.id, model.name)
        if policy is None:
            return parsed
        if policy.on_reply:
            raise BatchRefusedError(_REPLIES)
        if asked.call.hits is None:
            asked.call.hits = Hits()
        return policy.applied(parsed, asked.call.hits)
