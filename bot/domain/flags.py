"""Flags in a typed line: `--dry-run`, which has a change only worked out, and those that nobody knows."""

import re

from bot.domain import words
from bot.domain.errors import UserError

DRY_RUN = "--dry-run"
# A phone makes a dash of two hyphens.
_DRY_RUN = re.compile(r"[-–—]+dry[-–—_]*run", re.IGNORECASE)
_FLAG = re.compile(r"--[a-z][\w-]*", re.IGNORECASE)


def meant(piece: str) -> bool:
    """Whether a piece of a line, as it was typed, is a flag; what stands in quotes is none."""
    return bool(_DRY_RUN.fullmatch(piece) or _FLAG.fullmatch(piece))


def read(text: str) -> tuple[str, bool]:
    """Give the line without its flags, and whether it is a dry run. Raises UserError for any other flag."""
    pieces = words.pieces(text)
    found = [piece for piece in pieces if meant(piece)]
    if not found:
        return text, False
    if unknown := next((piece for piece in found if not _DRY_RUN.fullmatch(piece)), None):
        raise UserError(
            f"I don’t know “{unknown}”; nothing was written.",
            hint=f"There is only `{DRY_RUN}`. A reason with such a word in it goes in quotes.",
        )
    return " ".join(piece for piece in pieces if piece not in found), True


def none(text: str, *, verb: str) -> str:
    """Give the line of a verb that has no flags. Raises UserError when there is one."""
    rest, dry = read(text)
    if dry:
        raise UserError(
            f"There is no dry run of `{verb}`; nothing was written.", hint=f"Leave out `{DRY_RUN}` to do it."
        )
    return rest
