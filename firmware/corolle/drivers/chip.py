"""What a driver says when its chip does not."""


class ChipError(OSError):
    """A chip that is not there, or answers nonsense. The message names it, its address and what is wrong."""


def absent(chip: str, address: int, error: OSError) -> ChipError:
    """The error of a chip that does not answer on its bus."""
    return ChipError(f"{chip} at 0x{address:02x}: no answer ({error})")
