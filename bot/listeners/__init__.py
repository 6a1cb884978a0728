"""Door 1, Slack: one file per conversation, each named once in FEATURES, in the order `help` shows them."""

from bot.listeners import (
    claims,
    digests,
    helping,
    home,
    lists,
    log,
    mentions,
    moves,
    new,
    note,
    people,
    share,
    shortcuts,
    show,
    subscriptions,
    unfurls,
)

FEATURES = (
    show.feature,
    lists.feature,
    moves.feature,
    new.feature,
    log.feature,
    note.feature,
    share.feature,
    subscriptions.feature,
    digests.feature,
    people.feature,
    helping.feature,
    claims.feature,
    home.feature,
    shortcuts.feature,
    mentions.feature,
    unfurls.feature,
)
