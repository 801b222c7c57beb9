"""AES-CMAC (RFC 4493) out of AES-CBC: the chaining runs in the cipher, which on a node is C.

The last block of a CBC encryption with a zero IV is the CBC-MAC; CMAC differs from it only in how the last
block of the message is masked.
"""

_BLOCK = 16
_RB = 0x87  # RFC 4493, 2.3: the constant of GF(2**128)


def subkeys(encrypt_block) -> tuple:
    """(K1, K2) of a key, RFC 4493, 2.3. `encrypt_block` is AES-ECB of one block under that key."""
    k1 = _doubled(encrypt_block(bytes(_BLOCK)))
    return k1, _doubled(k1)


def cmac(encrypt_cbc, k1: bytes, k2: bytes, data: bytes) -> bytes:
    """The 16 bytes of RFC 4493, 2.4. `encrypt_cbc` is AES-CBC with a zero IV under the key of k1 and k2."""
    length = len(data)
    whole = length > 0 and length % _BLOCK == 0
    padded = bytearray(length if whole else (length // _BLOCK + 1) * _BLOCK)
    padded[:length] = data
    if not whole:
        padded[length] = 0x80
    mask = k1 if whole else k2
    last = len(padded) - _BLOCK
    for i in range(_BLOCK):
        padded[last + i] ^= mask[i]
    return bytes(encrypt_cbc(padded)[last:])


def same(a: bytes | bytearray, b: bytes | bytearray) -> bool:
    """Compares in a time that does not tell where the difference is."""
    return len(a) == len(b) and not int.from_bytes(a, "big") ^ int.from_bytes(b, "big")


def _doubled(block: bytes) -> bytes:
    """Multiplication by x in GF(2**128)."""
    doubled = bytearray(_BLOCK)
    carry = 0
    for i in range(_BLOCK - 1, -1, -1):
        doubled[i] = (block[i] << 1 | carry) & 0xFF
        carry = block[i] >> 7
    if carry:
        doubled[_BLOCK - 1] ^= _RB
    return bytes(doubled)
