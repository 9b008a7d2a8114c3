"""Known identity providers: what their forms begin with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of provider.

    Attributes:
        id: its stable name.
        name: as people call it.
        issuer: its issuer, with placeholders in braces where each organisation has its own.
        scopes: what to ask for.
        groups_claim: where it says in which groups somebody is.
        note: what one has to know or do there.
    """

    id: str
    name: str
    issuer: str
    scopes: tuple[str, ...]
    groups_claim: str
    note: str


_BASIC = ("openid", "email", "profile")

PRESETS: tuple[Preset, ...] = (
    Preset(
        "google",
        "Google",
        "https://accounts.google.com",
        _BASIC,
        "groups",
        "Anyone with a Google account can reach this sign-in: name your domains. Google tells no groups.",
    ),
    Preset(
        "microsoft",
        "Microsoft Entra",
        "https://login.microsoftonline.com/{tenant id}/v2.0",
        _BASIC,
        "groups",
        "Use your tenant's id, never “common”. Entra does not say whether an e-mail address is verified, so "
        "“trust its e-mail addresses” decides. Add the groups claim to the ID token; groups are told by object id.",
    ),
    Preset(
        "okta",
        "Okta",
        "https://{your domain}.okta.com",
        (*_BASIC, "groups"),
        "groups",
        "Give the application a groups claim filter, so that its groups are told.",
    ),
    Preset(
        "keycloak",
        "Keycloak",
        "https://{host}/realms/{realm}",
        _BASIC,
        "groups",
        "Add the mapper “Group Membership” with the claim name groups, without the full path.",
    ),
    Preset("gitlab", "GitLab", "https://gitlab.com", _BASIC, "groups_direct", "Works with your own GitLab as well."),
    Preset("generic", "OpenID Connect", "", _BASIC, "groups", "Any provider that has a discovery document."),
)
"""In the order in which they are offered."""


def preset_of(preset_id: str) -> Preset:
    """The preset; the generic one for a name that is not known."""
    return next((one for one in PRESETS if one.id == preset_id), PRESETS[-1])
