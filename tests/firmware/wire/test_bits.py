from corolle.wire.bits import BitReader, BitWriter


def test_most_significant_bit_first():
    buffer = bytearray(3)
    writer = BitWriter(buffer)
    writer.put(1, 1)
    writer.put(0x2AA, 10)
    writer.put(0x1F, 13)
    assert buffer == bytes((0b11010101, 0b01000000, 0b00011111))
    assert writer.position == 24


def test_reads_back_across_bytes():
    reader = BitReader(b"\xd5\x40\x1f")
    assert [reader.take(bits) for bits in (1, 10, 13)] == [1, 0x2AA, 0x1F]


def test_32_bits_at_an_odd_place():
    buffer = bytearray(5)
    writer = BitWriter(buffer)
    writer.put(5, 3)
    writer.put(0xFFFFFFFE, 32)
    reader = BitReader(bytes(buffer))
    assert (reader.take(3), reader.take(32)) == (5, 0xFFFFFFFE)


def _refused(call, *arguments):
    try:
        call(*arguments)
    except ValueError as error:
        return str(error)
    return None


def test_refuses_what_does_not_fit():
    writer = BitWriter(bytearray(1))
    assert _refused(writer.put, 8, 3) == "8 does not fit in 3 bits"
    assert _refused(writer.put, -1, 3) == "-1 does not fit in 3 bits"
    assert _refused(writer.put, 0, 9) == "buffer of 1 bytes is full"
    assert _refused(BitReader(b"a").take, 9) == "length"
