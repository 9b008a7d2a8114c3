"""AWS Signature Version 4, by the examples of Amazon's own test suite."""

import pytest

from passgate.kernel.sigv4 import AwsCredentials, aws_region, read_aws_credentials, sign

EXAMPLE = AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
MOMENT = 1440938160  # 2015-08-30T12:36:00Z


def signature(method: str, url: str, credentials: AwsCredentials = EXAMPLE, body: bytes = b"") -> str:
    told = sign(
        credentials,
        method=method,
        url=url,
        headers={},
        body=body,
        region="us-east-1",
        service="service",
        seconds=MOMENT,
    )
    assert told["x-amz-date"] == "20150830T123600Z"
    return told["authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "url", "wanted"),
    [
        ("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_amazons_examples(method: str, url: str, wanted: str) -> None:
    assert signature(method, url) == wanted


def test_what_is_signed_decides_the_signature() -> None:
    plain = signature("POST", "https://example.amazonaws.com/model/a%3A0/converse")
    assert plain != signature("POST", "https://example.amazonaws.com/model/a%3A1/converse")
    assert plain != signature("POST", "https://example.amazonaws.com/model/a%3A0/converse", body=b"{}")
    assert plain != signature("POST", "https://example.amazonaws.com:8443/model/a%3A0/converse")
    assert plain == signature("POST", "https://example.amazonaws.com:443/model/a%3A0/converse")


def test_a_session_token_is_sent_and_signed() -> None:
    told = sign(
        AwsCredentials("A", "S", "T"),
        method="GET",
        url="https://example.amazonaws.com/",
        headers={"Content-Type": "a  b"},
        body=b"",
        region="eu-west-1",
        service="bedrock",
        seconds=MOMENT,
    )
    assert told["x-amz-security-token"] == "T"
    assert told["content-type"] == "a b"
    assert "Credential=A/20150830/eu-west-1/bedrock/aws4_request" in told["authorization"]
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token" in told["authorization"]


def test_keys_are_read_and_not_shown() -> None:
    assert read_aws_credentials("AKIA:secret") == AwsCredentials("AKIA", "secret")
    assert read_aws_credentials("ASIA:secret:token") == AwsCredentials("ASIA", "secret", "token")
    assert read_aws_credentials("ABSKxyz") is None
    assert read_aws_credentials("AKIA:") is None
    assert "secret" not in repr(read_aws_credentials("AKIA:secret"))


def test_the_region_is_told_by_the_host() -> None:
    assert aws_region("https://bedrock-runtime.eu-central-1.amazonaws.com/x") == "eu-central-1"
    assert aws_region("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com") == "us-gov-west-1"
    assert aws_region("http://127.0.0.1:9000") == "us-east-1"
