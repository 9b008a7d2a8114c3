"""Refusals of the catalogue; each code names the rule."""

from passgate.kernel.errors import ConflictError, InvalidInputError, UnavailableError


class UnknownVendorError(InvalidInputError):
    """A vendor that the catalogue does not list."""

    code = "vendor_unknown"


class NameTakenError(ConflictError):
    """A name that must be unique and is not."""

    code = "name_taken"


class ProviderInUseError(ConflictError):
    """A provider that models still depend on."""

    code = "provider_in_use"


class ModelKindError(InvalidInputError):
    """A model of a kind that Passgate does not serve, or of another kind than the public name has."""

    code = "model_kind"


class DeploymentExistsError(ConflictError):
    """The model has such a deployment already."""

    code = "deployment_exists"


class KeyInUseError(ConflictError):
    """A deployment uses this key and no other."""

    code = "key_in_use"


class LastDeploymentError(ConflictError):
    """The only deployment of a model."""

    code = "last_deployment"


class VendorCallError(UnavailableError):
    """A vendor that gave no usable model list; the code says what went wrong, the message what to do."""

    code = "vendor_error"
