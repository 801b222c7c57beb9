"""What a unit says may be anybody's words, and a terminal obeys some of them."""


def printable(text: str) -> str:
    """The text without control characters, but for the ends of lines."""
    return "".join(char for char in text if char == "\n" or char.isprintable())
