"""Why a call of a prompt is refused or fails, beyond what any AI call meets."""

from http import HTTPStatus

from passgate.kernel.errors import PassgateError, UnavailableError


class PromptInputError(PassgateError):
    """What the caller gave does not fit the prompt's variables; nothing was asked of any model."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "prompt_input_invalid"


class PromptStreamError(PassgateError):
    """A stream was asked for, and this prompt does not give one."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "prompt_not_streamed"


class PromptNotReadyError(UnavailableError):
    """The gate knows the revision already, or still, and this worker does not."""

    code = "prompt_not_ready"


class PromptOutputError(PassgateError):
    """The model's answer is not what the prompt's schema says."""

    status = HTTPStatus.BAD_GATEWAY
    code = "prompt_output_invalid"


class PromptCutShortError(PromptOutputError):
    """The model came to the end of its tokens before its answer was whole."""

    code = "prompt_output_cut_short"


class PromptDeclinedError(PromptOutputError):
    """The model, or its vendor's filter, declined to answer."""

    code = "prompt_output_declined"
