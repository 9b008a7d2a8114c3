"""How services' states look."""

from passgate.console.components.badge import Tone

STATUS_TONES: dict[str, Tone] = {"draft": "plain", "published": "good", "retired": "warn"}
ACCESS_TEXTS = {"public": "Anyone", "token": "Any token", "subscription": "Subscribers"}
ACCESS_CHOICES = {
    "subscription": "Subscribers: applications with a subscription",
    "token": "Any valid token",
    "public": "Anyone, without a token",
}
VISIBILITY_CHOICES = {
    "all_teams": "Every team",
    "public": "Everybody, guests too",
    "chosen": "Its own team alone; others can be named later",
}
VERSION_TONES: dict[str, Tone] = {"draft": "plain", "published": "good", "deprecated": "warn", "retired": "plain"}
REVISION_TONES: dict[str, Tone] = {
    "draft": "plain",
    "in_review": "info",
    "approved": "info",
    "rejected": "bad",
    "published": "good",
    "superseded": "plain",
}
