"""How a code that somebody carries away on paper is spelt: the same on every paper, in groups that can be read aloud."""

GROUP = 5


def grouped(code: str) -> str:
    """``code`` in groups of five letters, "R5ZTC 6XFKR". Spaces are ignored where it is typed in again."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
