import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passgate.kernel.sealing import UnsealError, Vault

OLD, NEW = b"\x01" * 32, b"\x02" * 32


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(plain: str) -> None:
    vault = Vault.of(NEW)
    assert vault.open(vault.seal(plain)) == plain


def test_an_old_secret_opens_after_a_rotation_and_new_ones_use_the_new_key() -> None:
    sealed = Vault.of(OLD).seal("sk-1")
    rotated = Vault.of(NEW, OLD)
    assert rotated.open(sealed) == "sk-1"
    with pytest.raises(UnsealError, match="which is not here"):
        Vault.of(OLD).open(rotated.seal("sk-2"))


def test_a_changed_byte_is_noticed() -> None:
    vault = Vault.of(NEW)
    head, key, body = vault.seal("secret").split(".")
    blob = bytearray(base64.urlsafe_b64decode(body))
    blob[-1] ^= 1
    with pytest.raises(UnsealError, match="was changed"):
        vault.open(f"{head}.{key}.{base64.urlsafe_b64encode(blob).decode()}")


@pytest.mark.parametrize("text", ["", "plain", "v2.00000000.AAAA", "v1.x"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(UnsealError):
        Vault.of(NEW).open(text)


def test_two_seals_of_one_secret_differ() -> None:
    vault = Vault.of(NEW)
    assert vault.seal("same") != vault.seal("same")


@pytest.mark.parametrize("keys", [(), (b"short",), (NEW, b"short")])
def test_a_master_key_has_32_bytes(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault.of(*keys)
