"""The code that users copy."""

import ast
import json
import shutil
import subprocess
from html import unescape

import pytest

from passgate.console.components.highlight import highlighted
from passgate.console.pages.playground.snippets import question_snippets
from passgate.console.pages.tokens.snippets import first_call_snippets
from passgate.publishing.playground.question import read_question

SNIPPETS = {one.name: one for one in first_call_snippets("http://localhost:8080", "eyJ.a.b", "gpt-4o-mini")}


@pytest.mark.parametrize("name", ["Python (openai)", "Python (anthropic)"])
def test_python_is_python(name: str) -> None:
    ast.parse(SNIPPETS[name].code)


def test_base_urls_are_those_the_sdks_expect() -> None:
    assert 'base_url="http://localhost:8080/v1"' in SNIPPETS["Python (openai)"].code
    assert 'base_url="http://localhost:8080",' in SNIPPETS["Python (anthropic)"].code
    assert 'baseURL: "http://localhost:8080/v1"' in SNIPPETS["Node"].code


def test_curl_is_one_command_for_a_shell() -> None:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("no shell here")
    script = "curl() { for word; do printf '%s\\n' \"$word\"; done; }\n" + SNIPPETS["curl"].code
    words = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert words[0] == "http://localhost:8080/v1/chat/completions"
    assert ast.literal_eval(words[-1])["model"] == "gpt-4o-mini"


@pytest.mark.parametrize("name", SNIPPETS)
def test_colours_change_no_letter(name: str) -> None:
    code = SNIPPETS[name].code
    html = highlighted(code, SNIPPETS[name].language)
    bare = html.replace("</span>", "")
    for kind in "ksc":
        bare = bare.replace(f'<span class="{kind}">', "")
    assert unescape(bare) == code


def test_code_is_escaped() -> None:
    assert "<script" not in highlighted('<script>"<b>"</script>', "text")


def test_a_question_of_the_playground_as_code() -> None:
    tools = '[{"type": "function", "function": {"name": "it\'s", "parameters": {"type": "object", "properties": {}}}}]'
    question = read_question('Don\'t "stop"\n' * 20, "Be kind", 0.5, 50, tools)
    document = question.document("gpt-4o-mini")
    curl, python, _node = (one.code for one in question_snippets("http://localhost:8080", document))
    create = next(one for one in ast.walk(ast.parse(python)) if isinstance(one, ast.Call) and len(one.keywords) > 2)
    said = {one.arg: ast.literal_eval(one.value) for one in create.keywords}
    assert said == {**question.document("gpt-4o-mini"), "stream": True}
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("no shell here")
    script = "curl() { for word; do last=$word; done; printf '%s' \"$last\"; }\n" + curl
    words = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(words) == said
