"""The workbench in a real browser, and Node's jsonwebtoken on the other side, both ways."""

import json
import subprocess
import time

import jwt
import pytest
from playwright.sync_api import Page, expect

from node_packages import node_with

pytestmark = pytest.mark.browser

_SECRET = "secretKey"
_NODE = """
const { readFileSync } = require("node:fs");
const jsonwebtoken = require("jsonwebtoken");
const { token, secret } = JSON.parse(readFileSync(0, "utf8"));
const claims = jsonwebtoken.verify(token, secret, { algorithms: ["HS256"] });
const signed = jsonwebtoken.sign({ data: "user data", exp: Math.floor(Date.now() / 1000) + 3600 }, secret);
console.log(JSON.stringify({ claims, signed }));
"""


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).click()


def sign_with_secret(page: Page) -> str:
    page.goto("/console/workbench")
    page.get_by_label("Signing secret").fill(_SECRET)
    page.get_by_role("button", name="Sign", exact=True).click()
    made = page.get_by_label("Signed token")
    expect(made).to_be_visible()
    return made.inner_text()


def check_with_secret(page: Page, token: str, secret: str) -> None:
    page.goto("/console/workbench")
    page.get_by_label("Token", exact=True).fill(token)
    choose(page, "Check with", "A shared secret")
    page.get_by_label("Secret", exact=True).fill(secret)
    page.get_by_role("button", name="Check", exact=True).click()


@pytest.mark.node_js
def test_jsonwebtoken_takes_ours_and_we_take_its(page: Page, request: pytest.FixtureRequest) -> None:
    node, folder = node_with(request.config, "node-jwt", "jsonwebtoken@9.0.3", "jose@6.2.18")
    token = sign_with_secret(page)
    done = subprocess.run(
        [node, "-e", _NODE],
        cwd=folder,
        input=json.dumps({"token": token, "secret": _SECRET}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said = json.loads(done.stdout)
    assert said["claims"]["data"] == "user data"
    assert abs(said["claims"]["exp"] - time.time() - 3600) < 60
    check_with_secret(page, said["signed"], _SECRET)
    expect(page.get_by_text("This token holds.")).to_be_visible()
    expect(page.get_by_text("9 bytes").first).to_be_visible()
    expect(page.locator(".pg-badge", has_text="Passed")).to_have_count(15)


def test_what_is_wrong_is_said(page: Page) -> None:
    check_with_secret(page, jwt.encode({"exp": 1}, _SECRET * 4), _SECRET * 5)
    expect(page.get_by_text("This token does not hold.")).to_be_visible()
    expect(page.get_by_text("The signature does not hold.").first).to_be_visible()
    expect(page.get_by_text("1970-01-01 00:00:01 UTC")).to_be_visible()


def test_bad_claims_are_told_at_their_field(page: Page) -> None:
    page.goto("/console/workbench")
    page.get_by_label("Claims").fill("{")
    page.get_by_label("Signing secret").fill(_SECRET)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("This is not one JSON object")).to_be_visible()


def test_a_custom_token_of_passgates_key_holds_here(page: Page) -> None:
    page.goto("/console/workbench")
    choose(page, "Sign with", "Passgate's key")
    choose(page, "Application", "checkout")
    page.get_by_label("For whom").fill("billing")
    page.get_by_role("button", name="Sign", exact=True).click()
    token = page.get_by_label("Signed token").inner_text()
    page.get_by_label("Token", exact=True).fill(token)
    choose(page, "Check with", "Passgate's keys, as any JWT")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("This token holds.")).to_be_visible()
    expect(page.get_by_text("of the kind custom")).to_be_visible()
