"""Hands onboardings over from one person to another: each piece on fresh knowledge, with an audit row of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import rights
from bot.domain.errors import BotError, UpstreamError
from bot.domain.handover import Owned, Piece
from bot.domain.moves import Verb
from bot.domain.records import Actor, Standing
from bot.pivotal.errors import PivotalError
from bot.services.changes import Changes, Ending, Guard, Request
from bot.services.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one piece. `trouble` is what ended the whole handover, `why` what kept this one from it."""

    piece: Piece
    standing: Standing | None
    done: bool = False
    over: bool = False
    """It is not that person's to give any more: somebody else has the role by now, or the onboarding is gone."""
    why: str = ""
    trouble: BotError | PivotalError | None = None


class Handover:
    """Writes one piece after the other, through the one path that writes."""

    def __init__(self, changes: Changes, portfolio: Portfolio) -> None:
        self._changes = changes
        self._portfolio = portfolio

    async def carry_out(
        self, pieces: Sequence[Piece], *, to: str, by: Actor, source: str, reference: str, guard: Guard
    ) -> tuple[Result, ...]:
        """Give each piece to the Pivotal user `to`; raises Forbidden.

        What somebody changed meanwhile is left alone. When Pivotal is away or full it ends there: the last result
        has the trouble, and what was not tried has none. Running it again goes on with what is left.
        """
        rights.check(rights.Right.HANDOVER, by)
        results: list[Result] = []
        for piece in pieces:
            request = Request(
                piece.onboarding_id,
                Verb.OWNER,
                by,
                source=source,
                reference=reference,
                expecting=Owned(piece),
                confirmed=True,
                wanted={f"{piece.role}_id": to},
                reason="handover",
            )
            results.append(await self._one(piece, request, guard=guard))
            if results[-1].trouble:
                break
        return tuple(results)

    async def _one(self, piece: Piece, request: Request, *, guard: Guard) -> Result:
        known = self._portfolio.known(piece.onboarding_id)
        try:
            outcome = await self._changes.make(request, guard=guard)
        except (UpstreamError, PivotalError) as error:
            return Result(piece, known, trouble=error)
        except BotError as error:
            return Result(piece, known, why=error.message)
        if outcome.ending is Ending.GONE:
            return Result(piece, outcome.standing, over=True, why="no longer in Pivotal")
        done, over = outcome.ending is Ending.DONE, outcome.ending is Ending.STALE
        return Result(piece, outcome.standing, done=done, over=over, why="; ".join(outcome.differences))
