"""Which RSA keys are too weak to be trusted."""

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""Above it, one verification takes so long that a key set becomes a weapon."""
RSA_EXPONENT = 65537

_ROCA_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)


def rsa_weakness(modulus: int, exponent: int) -> str | None:
    """What is wrong with an RSA key, in words that follow "the key"; None where nothing is."""
    bits = modulus.bit_length()
    if bits < MIN_RSA_BITS:
        return f"is shorter than {MIN_RSA_BITS} bits"
    if bits > MAX_RSA_BITS:
        return f"is longer than {MAX_RSA_BITS} bits"
    if exponent != RSA_EXPONENT:
        return f"has another exponent than {RSA_EXPONENT}"
    if modulus % 2 == 0:
        return "has an even modulus"
    if has_roca_form(modulus):
        return "was made by a generator with the ROCA weakness (CVE-2017-15361)"
    return None


def has_roca_form(modulus: int) -> bool:
    """Whether the modulus is a power of 65537 for every small prime, as those of the weak generator are.

    Nemec and others, "The Return of Coppersmith's Attack", 2017, section 2.3. A sound key hardly is so by chance.
    """
    return all(modulus % prime in _powers(prime) for prime in _ROCA_PRIMES)


def _powers(prime: int) -> set[int]:
    found, power = set[int](), 1
    while power not in found:
        found.add(power)
        power = power * RSA_EXPONENT % prime
    return found
