"""Where the bot's messages are: one that is changed while it is forgotten stays known."""

CHANNEL, TS = "C0ONBOARD", "1788762600.000100"


async def test_whoever_remembers_a_message_again_is_told_that_it_was_known(store, now):
    first = await store.posts.add(CHANNEL, TS, at=now)
    again = await store.posts.add(CHANNEL, TS, at=now)

    assert (first, again) == (False, True)
    assert list(await store.posts.in_channel(CHANNEL, limit=9)) == [TS]


async def test_what_was_changed_since_it_was_looked_at_is_not_forgotten(store, now):
    await store.posts.add(CHANNEL, TS, at=now)
    looked_at = await store.posts.in_channel(CHANNEL, limit=9)
    await store.posts.add(CHANNEL, TS, at=now)

    await store.posts.forget(CHANNEL, TS, at=looked_at[TS])

    assert await store.posts.channels() == {CHANNEL}


async def test_what_was_not_is_and_whoever_changes_it_then_is_told_that_it_was_not_known(store, now):
    await store.posts.add(CHANNEL, TS, at=now)

    await store.posts.forget(CHANNEL, TS, at=now)

    assert await store.posts.in_channel(CHANNEL, limit=9) == {}
    assert not await store.posts.add(CHANNEL, TS, at=now)
