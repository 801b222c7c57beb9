"""AES keys for tests on both interpreters: the node's own on MicroPython, `cryptography` on CPython."""

try:
    from corolle.radio.lorawan.keys import Key

    make_key = Key
except ImportError:
    from corolle.wire.cmac import cmac, subkeys
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    class HostKey:
        def __init__(self, raw):
            self._raw = raw
            self._k1, self._k2 = subkeys(self.encrypt)

        def encrypt(self, blocks):
            return self._run(modes.ECB(), blocks)

        def cmac(self, data):
            return cmac(lambda blocks: self._run(modes.CBC(bytes(16)), blocks), self._k1, self._k2, data)

        def _run(self, mode, blocks):
            encryptor = Cipher(algorithms.AES(self._raw), mode).encryptor()
            return encryptor.update(bytes(blocks)) + encryptor.finalize()

    make_key = HostKey
