"""Door 1, Slack: one file per conversation, each named once in FEATURES, in the order `help` shows them."""

from bot.listeners import claims, digests, helping, lists, log, moves, new, note, people, share, show, subscriptions

FEATURES = (
    show.feature,
    lists.feature,
    moves.feature,
    log.feature,
    note.feature,
    share.feature,
    subscriptions.feature,
    digests.feature,
    people.feature,
    helping.feature,
    claims.feature,
)
