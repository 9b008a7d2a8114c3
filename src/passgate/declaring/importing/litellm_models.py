"""LiteLLM's model list as providers and models."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from passgate.catalog.schemas import PUBLIC_NAME
from passgate.catalog.vendors import all_vendors, find_vendor
from passgate.declaring.importing.part import Part, Translation
from passgate.declaring.variables import variable_for

_VENDORS = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "custom_openai": "openai",
    "azure": "azure-deployments",
    "azure_ai": "azure",
    "anthropic": "anthropic",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "gemini": "gemini",
    "vertex_ai": "vertex",
    "cohere_chat": "cohere",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "nvidia_nim": "nvidia",
    "hosted_vllm": "vllm",
    "ollama_chat": "ollama",
    "lm_studio": "lmstudio",
    "jina_ai": "jina",
    "zai": "zai",
    "volcengine": "volcengine",
}
"""LiteLLM's prefixes whose vendor has another id here; the others are called alike."""
_BY_NAME = (
    (re.compile(r"(gpt|chatgpt|o[134]|text-embedding|dall-e|whisper|tts|omni-moderation)([-.].*)?"), "openai"),
    (re.compile(r"gpt-.*|o\d.*|text-embedding-.*"), "openai"),
    (re.compile(r"claude-.*"), "anthropic"),
    (re.compile(r"gemini-.*"), "gemini"),
    (re.compile(r"(mistral|codestral|ministral)-.*"), "mistral"),
    (re.compile(r"command-.*"), "cohere"),
    (re.compile(r"deepseek-.*"), "deepseek"),
)
_MODES = {
    "chat": "chat",
    "completion": "chat",
    "embedding": "embeddings",
    "image_generation": "image",
    "audio_transcription": "audio",
    "audio_speech": "audio",
    "moderation": "moderation",
    "moderations": "moderation",
    "rerank": "rerank",
}
_PRICES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input",
    "cache_creation_input_token_cost": "cache_write",
}
_RATES = ("rpm", "tpm")
_MOST_WEIGHT = 1000
_REFERENCE = re.compile(r"os\.environ/([A-Za-z_][A-Za-z0-9_]*)")
_MAIN = "main"


@dataclass(slots=True)
class _Provider:
    document: dict[str, Any]
    keys: dict[str, str] = field(default_factory=dict)
    """Labels by the references of keys; the first is the provider's own."""


@dataclass(slots=True)
class LiteLlmModels:
    """Collects providers and models."""

    translation: Translation
    team: str | None
    providers: dict[tuple[str, str], _Provider] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: list[dict[str, Any]] = field(default_factory=list)

    def documents(self) -> list[dict[str, Any]]:
        """All of them; a deployment names its key only where the provider has several."""
        shown = []
        for model in self.models.values():
            _weigh(model)
            for deployment in model["deployments"]:
                keys = next(
                    one.keys for one in self.providers.values() if one.document["name"] == deployment["provider"]
                )
                label = keys.get(deployment.pop("key", ""))
                if len(keys) > 1 and label is not None:
                    deployment["key"] = label
            shown.append(model)
        return [*(one.document for one in self.providers.values()), *shown, *self.policies]

    def for_all(self, name: str, value: Any) -> None:  # noqa: ANN401 - a field of a model
        """Set a field of every model, unless it has its own."""
        for model in self.models.values():
            model.setdefault(name, value)

    def step_in(self, model: str, other: str) -> bool:
        """Let one model step in for another; whether both are there."""
        if model not in self.models or other not in self.models:
            return False
        listed = self.models[model].setdefault("fallbacks", [])
        if other != model and other not in listed:
            listed.append(other)
        return True

    def step_in_for_all(self, other: str) -> None:
        """Let a model step in for all that have nothing else."""
        for name in [name for name, model in self.models.items() if "fallbacks" not in model]:
            self.step_in(name, other)

    def alias(self, model: str, alias: str) -> bool:
        """Give a model a further name; whether it is there."""
        if model not in self.models or not re.fullmatch(PUBLIC_NAME, alias):
            return False
        self.models[model].setdefault("aliases", []).append(alias)
        return True

    def cache(self, seconds: int) -> None:
        """Answer same requests from the cache."""
        policy = {"kind": "AiPolicy", "name": "Imported cache", "cache_seconds": seconds}
        self.policies.append({**policy, "team": self.team} if self.team is not None else policy)

    def add(self, one: Part) -> None:
        """Take an entry of the list."""
        name, params, info = one.text("model_name"), one.part("litellm_params"), one.part("model_info")
        given = params.text("model")
        if "*" in name or "*" in given:
            one.leave("", "Passgate names each model: switch on those that you want, or write one Model each.")
            return
        if not re.fullmatch(PUBLIC_NAME, name):
            one.leave("model_name", "A public name has letters, digits and . _ : / @ + - only.")
            return
        vendor, vendor_model = self._vendor(params, given)
        if vendor is None:
            params.leave("model", f"There is no vendor for {given}.")
            return
        provider, key = self._provider(vendor, params)
        deployment: dict[str, Any] = {"provider": provider, "vendor_model": vendor_model, "key": key}
        self._deployment(params, info, deployment)
        kind = _MODES.get(info.text("mode", "chat"))
        if kind is None:
            info.leave("mode", "Passgate has no such kind of model.")
            return
        model = self.models.setdefault(name, {"kind": "Model", "name": name, "type": kind, "deployments": []})
        if model["type"] != kind:
            info.leave("mode", f"{name} is a model of the kind {model['type']} already.")
            return
        same = ("provider", "vendor_model", "key")
        if any(all(other[part] == deployment[part] for part in same) for other in model["deployments"]):
            one.leave("", "The same deployment stands there already; give one of them more weight.")
            return
        model["deployments"].append(deployment)
        self._bounds(params, info, model)
        info.ignore("id", "db_model")
        for part in (params, info):
            part.close(reason="It has no counterpart for one deployment.")
        one.close()

    @staticmethod
    def _vendor(params: Part, given: str) -> tuple[str | None, str]:
        prefix, _, rest = given.partition("/")
        named = params.text("custom_llm_provider") or (prefix if rest else "")
        if rest and (named in _VENDORS or named in {one.id for one in all_vendors()}):
            model = rest.removeprefix("converse/").removeprefix("invoke/") if named == "bedrock" else rest
            return _VENDORS.get(named, named), model
        by_name = next((vendor for pattern, vendor in _BY_NAME if pattern.fullmatch(given)), None)
        return by_name, given

    def _provider(self, vendor: str, params: Part) -> tuple[str, str]:
        """The provider's name, and the reference of the key."""
        base = _referred(params.text("api_base") or params.text("base_url"))
        region = params.text("aws_region_name")
        if vendor == "bedrock" and region and not base:
            base = f"https://bedrock-runtime.{_referred(region)}.amazonaws.com"
        known = self.providers.get((vendor, base))
        if known is None:
            plain = find_vendor(vendor).name
            taken = {one.document["name"] for one in self.providers.values()}
            name = next(one for one in (plain, *(f"{plain} {at}" for at in range(2, 1000))) if one not in taken)
            document: dict[str, Any] = {"kind": "Provider", "name": name, "vendor": vendor}
            document |= ({"team": self.team} if self.team is not None else {}) | ({"base_url": base} if base else {})
            known = self.providers[vendor, base] = _Provider(document)
        return known.document["name"], self._key(known, vendor, params)

    def _key(self, known: _Provider, vendor: str, params: Part) -> str:
        given, name = params.text("api_key"), str(known.document["name"])
        key = _referred(given)
        if given and key == given:
            key = variable_for(name, str(len(known.keys) + 1) if known.keys else "", "api_key")
            params.leave("api_key", f"A key stands there in clear: it is not written; set {key[6:-1]}.")
        if not key and find_vendor(vendor).needs_key:
            key = "${ENV:" + vendor.upper().replace("-", "_") + "_API_KEY}"
            params.leave("api_key", f"None stands there: set {key[6:-1]}.")
        if key and key not in known.keys:
            label = key[6:-1].lower() if known.keys else _MAIN
            if known.keys:
                known.document.setdefault("keys", []).append({"label": label, "api_key": key})
            else:
                known.document["api_key"] = key
            known.keys[key] = label
        return key

    @staticmethod
    def _deployment(params: Part, info: Part, deployment: dict[str, Any]) -> None:
        if params.take("weight") is not None:
            deployment["weight"] = min(max(params.number("weight", 1), 1), _MOST_WEIGHT)
        if params.take("order") is not None:
            deployment["priority"] = min(max(params.number("order"), 0), 1000)
        for rate in _RATES:
            if params.take(rate) is not None:
                deployment[rate] = params.number(rate)
                params.leave(rate, "It weighs the deployment, and bounds nothing: set a Limit on the model.")
        price = {}
        for given, ours in _PRICES.items():
            figure = info.take(given, params.take(given))
            try:
                if figure is not None:
                    price[ours] = f"{(Decimal(str(figure)) * 1_000_000).normalize():f}"
            except InvalidOperation:
                params.leave(given, f"{figure!r} is no price.")
        if price:
            deployment["price"] = price

    @staticmethod
    def _bounds(params: Part, info: Part, model: dict[str, Any]) -> None:
        for names, ours in (
            (("max_input_tokens", "max_tokens"), "context_window"),
            (("max_output_tokens",), "max_output_tokens"),
        ):
            figure = next((info.number(name) for name in names if info.take(name) is not None), 0)
            if figure > 0:
                model.setdefault(ours, figure)
        for given, ours in (("timeout", "whole"), ("stream_timeout", "first_token")):
            seconds = params.take(given)
            if isinstance(seconds, int | float) and 0 < seconds <= 600:  # noqa: PLR2004 - as the model's own bound
                model.setdefault("time_limits", {}).setdefault(ours, float(seconds))


def _weigh(model: dict[str, Any]) -> None:
    """Share calls as LiteLLM's ``simple-shuffle`` does: by weight, else by the first deployment's rpm, else its tpm."""
    deployments: list[dict[str, Any]] = model["deployments"]
    rates = [{rate: max(0, one.pop(rate, 0)) for rate in _RATES} for one in deployments]
    by = next((rate for rate in _RATES if rates[0][rate]), None)
    is_weighed = any("weight" in one for one in deployments) or model.get("strategy", "weighted") != "weighted"
    if by is None or is_weighed or len(deployments) == 1:
        return
    largest = max(one[by] for one in rates)
    for deployment, one in zip(deployments, rates, strict=True):
        deployment["weight"] = max(1, one[by] if largest <= _MOST_WEIGHT else round(one[by] * _MOST_WEIGHT / largest))


def _referred(text: str) -> str:
    """LiteLLM's reference to a variable as one of ours; any other text as it is."""
    return _REFERENCE.sub(lambda match: "${ENV:" + match[1] + "}", text)
