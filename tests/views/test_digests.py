import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain import delta
from bot.domain.launches import lanes, made
from bot.domain.records import (
    AuditEntry,
    Delivery,
    DeliveryStatus,
    Directory,
    History,
    Person,
    Slip,
    Snapshot,
    Snooze,
    Standing,
)
from bot.domain.risk import Reason, Risk
from bot.views import digest_rows, digests, launch_digest, posted_digest
from bot.views.digest_frame import previewed
from bot.views.message import say
from bot.views.posted_digest import Remark
from bot.views.rows import Row

TODAY, YESTERDAY = date(2026, 9, 9), date(2026, 9, 8)
MARKED = Reason("marked", "marked at risk in Pivotal", 6)
OVERDUE = Reason("overdue", "target date passed 3 days ago", 8)
NO_TARGET = Reason("no_target", "no target date 20 d after the start", 2)
SLIPPED = Reason("slipped", "slipped 14 d, 2nd time", 5)
ODD = some.sampled_from(
    ["", "\u200b", "A" * 300, "&" * 300, "<!channel>", "👩🏽‍💻" * 100, "שלום עולם " * 30, "a|b", "@here", "two\nlines"]
)


@pytest.fixture
def frame(framed):
    return framed(as_of=datetime(2026, 9, 9, 7, 0, tzinfo=UTC), subscription="sub_1")


def fired(risks):
    return {risk.standing.onboarding.id: tuple(reason.rule for reason in risk.reasons) for risk in risks}


def digest(risks, before, exists, frame, *, rules="", fired_before=None):
    """The at-risk digest of `risks` after one that listed `before`."""
    previous = (
        None
        if before is None
        else delta.say(before, previous=None, today=YESTERDAY, rules="", fired=fired_before or {})
    )
    says = delta.say((risk.standing for risk in risks), previous=previous, today=TODAY, rules=rules, fired=fired(risks))
    everything = {one.onboarding.id: one for one in exists}
    snoozed = [one.onboarding_id for one in frame.snoozed]
    change = delta.compare(
        previous, says, listed=everything, everything=everything, phases=frame.phases, snoozed=snoozed
    )
    return digests.at_risk_digest(risks, change, says, frame=frame)


def launches(standings, frame, *, before=None, first=0, rules=""):
    snapshot = Snapshot(tuple(standings), {}, frame.as_of)
    found = lanes(snapshot, phases=frame.phases, today=frame.today, first=first)
    over = made(found, today=frame.today, first=first)
    listed = (*found.overdue, *found.this_week, *found.next_week)
    says = delta.say(listed, previous=before, today=frame.today, rules=rules)
    everything = {one.onboarding.id: one for one in standings}
    change = delta.compare(
        before,
        says,
        listed=everything,
        everything=everything,
        phases=frame.phases,
        otherwise=delta.Cause.MOVED_OUT,
    )
    return launch_digest.launch_week_digest(found, over, change, frame=frame)


def words(payload):
    texts = []
    for block in payload["blocks"]:
        texts += [element["text"] for element in block.get("elements", ())]
        texts += [block["text"]["text"]] if "text" in block else []
    return "\n".join(texts)


def listed(payload):
    """The onboardings that have a row with a menu, by the ids their blocks begin with."""
    menus = [block for block in payload["blocks"] if block.get("accessory", {}).get("type") == "overflow"]
    return [block["block_id"].rpartition(":")[0] for block in menus]


def buttons(payload):
    return [one["accessory"] for one in payload["blocks"] if one.get("accessory", {}).get("type") == "button"]


def choices(payload, row=0):
    (options, *_) = [block["accessory"]["options"] for block in payload["blocks"] if "accessory" in block][row:]
    return {option["text"]["text"]: option["value"] for option in options}


def many(aurora, count, **fields):
    return [aurora(f"Customer {n:03}", id=f"onb_{n}", display_id=n, **fields) for n in range(count)]


def changed(standing, **fields):
    return replace(standing, onboarding=standing.onboarding.model_copy(update=fields))


def snooze(number, until=date(2026, 9, 21)):
    at = datetime(2026, 9, 7, 8, tzinfo=UTC)
    key, title = f"asleep_{number}", f"Sleeper {number}"
    return Snooze("C0ONBOARD", key, title, until, "waits for legal", "U0ANA0001", "Ana <Ruiz>", at, "")


def set_by(key, reason="waiting for DNS", at=datetime(2026, 9, 4, 9, tzinfo=UTC), after="At risk"):
    """Ana marked it at risk on Fri 4 Sep."""
    return AuditEntry(
        at, "U0ANA0001", "Ana Ruiz", "button", "flag", key, "Acme", "Active", after, "done", "K7Q2M9", reason
    )


def missed(status=DeliveryStatus.SKIPPED, reason="I was not running at the hour set"):
    return Delivery("sub_1", "2026-09-08", status, datetime(2026, 9, 8, 7, tzinfo=UTC), "C0ONBOARD", reason=reason)


@pytest.fixture
def world(aurora, observed):
    """Acme slipped and is new, Globex was marked through the bot, Hooli recovered, Initech launched since yesterday."""
    acme = aurora("Acme Corp", observed, id="onb_245", display_id=245, phase="program_buildout")
    globex = aurora(
        "Globex",
        id="onb_231",
        display_id=231,
        state="at_risk",
        csm_id=None,
        se_id="user_se_001",
        target_launch_date=None,
    )
    hooli = aurora("Hooli", id="onb_1", display_id=1)
    initech = aurora("Initech", id="onb_2", display_id=2, phase="launch")
    umbrella = aurora("Umbrella", id="onb_5", display_id=5, target_launch_date=date(2026, 10, 2))
    before = [
        globex,
        changed(hooli, state="at_risk"),
        changed(initech, phase="internal_qa"),
        changed(umbrella, target_launch_date=date(2026, 9, 11)),
    ]
    risks = [Risk(globex, (MARKED, NO_TARGET)), Risk(acme, (OVERDUE, SLIPPED))]
    return risks, before, [acme, globex, hooli, initech, umbrella]


@pytest.mark.parametrize(
    ("odd", "previous", "rules"),
    [
        pytest.param({}, True, "", id="normal"),
        pytest.param({}, False, "", id="first"),
        pytest.param({}, True, "phase:review", id="changed-filters"),
        pytest.param({"moved_from": (date(2026, 9, 7), date(2026, 9, 8))}, True, "", id="moved"),
        pytest.param({"missed": missed()}, True, "", id="missed"),
        pytest.param({"snoozed": tuple(map(snooze, range(7)))}, True, "", id="snoozed"),
        pytest.param({"mentions": True}, True, "", id="mentions"),
        pytest.param({"set_by": {"onb_231": set_by("onb_231")}}, True, "", id="set-through-the-bot"),
    ],
)
def test_at_risk_digest(world, frame, checked, paste, odd, previous, rules):
    risks, before, exists = world

    message, thread = digest(risks, before if previous else None, exists, replace(frame, **odd), rules=rules)

    assert thread == ()
    assert checked(message, pings=["U0ANA0001"] if odd.get("mentions") else []) == paste


def test_at_risk_digest_with_nothing_to_say(world, frame, checked, paste):
    _, before, exists = world

    message, _ = digest([], [before[1]], exists, frame)

    assert checked(message) == paste


def test_at_risk_digest_with_more_than_it_shows(aurora, frame, checked, paste):
    standings = many(aurora, 23)

    message, thread = digest([Risk(one, (OVERDUE, MARKED)) for one in standings], standings[3:], standings, frame)

    assert [checked(part) for part in (message, *thread)] == paste


def test_the_text_of_a_notification_is_the_headline_and_the_names_of_new_rows(world, frame):
    message, _ = digest(*world, frame)

    assert message.text == "At-risk onboardings — Wed 9 Sep · 2 (1 new, 1 continuing) · 1 recovered. New: Acme Corp"


def test_what_is_new_says_since_when(world, frame, checked):
    message, _ = digest(*world, replace(frame, since=date(2026, 9, 4)))

    assert "*New and worsened since Fri 4 Sep*" in words(checked(message))


def test_no_new_row_is_hidden_by_rows_that_are_worse(aurora, frame, checked):
    worsened, new = many(aurora, 20), [aurora(f"New {n}", id=f"new_{n}") for n in range(4)]
    risks = [*(Risk(one, (OVERDUE, MARKED)) for one in worsened), *(Risk(one, (MARKED,)) for one in new)]
    before = dict.fromkeys((one.onboarding.id for one in worsened), ("marked",))

    message, _ = digest(risks, worsened, [*worsened, *new], frame, fired_before=before)

    assert listed(checked(message))[:5] == ["new_0", "new_1", "new_2", "new_3", "onb_0"]
    assert "*+14 more*" in words(checked(message))


def test_a_row_for_which_another_rule_fires_stands_with_the_new_ones_and_says_which(aurora, frame, checked):
    calm, worse = many(aurora, 2)
    risks = [Risk(calm, (MARKED,)), Risk(worse, (OVERDUE, MARKED))]
    before = {"onb_0": ("marked",), "onb_1": ("marked",)}

    message, _ = digest(risks, [calm, worse], [calm, worse], frame, fired_before=before)

    payload = checked(message)
    assert listed(payload) == ["onb_1", "onb_0"]
    assert "worse: target date passed 3 days ago · marked at risk in Pivotal" in words(payload)


def test_new_rows_stand_first_even_if_others_are_worse(aurora, frame, checked):
    old, new = many(aurora, 2)

    message, _ = digest([Risk(old, (OVERDUE,)), Risk(new, (MARKED,))], [old], [old, new], frame)

    assert listed(checked(message)) == ["onb_1", "onb_0"]


def test_a_row_whose_date_slipped_since_stands_with_the_new_ones(aurora, frame, checked):
    calm, before = many(aurora, 2)
    after = replace(before, onboarding=before.onboarding.model_copy(update={"target_launch_date": date(2026, 10, 2)}))

    message, _ = digest([Risk(calm, (MARKED,)), Risk(after, (MARKED,))], [calm, before], [calm, after], frame)

    assert listed(checked(message)) == ["onb_1", "onb_0"]
    assert "launch 18 Sep → 2 Oct (slipped 14 d)" in words(checked(message))


def test_every_row_says_each_rule_that_fired(aurora, frame, checked):
    bare = aurora(target_launch_date=None, csm_id=None, se_id=None)
    rules = (
        MARKED,
        Reason("no_target", "no target date 20 d after the start", 2),
        Reason("no_owner", "no owner 9 d", 1),
    )

    told = words(checked(digest([Risk(bare, rules)], [], [bare], frame)[0]))

    assert "marked at risk in Pivotal · no target date 20 d after the start · no owner 9 d" in told


def test_a_slip_that_the_line_tells_is_not_given_as_a_reason_again(aurora, observed, frame, checked):
    twice = aurora("Acme Corp", observed)

    told = words(checked(digest([Risk(twice, (OVERDUE, SLIPPED))], [], [twice], frame)[0]))

    assert "launch 18 Sep (slipped 14 d, 2nd time)" in told
    assert told.count("2nd time") == 1


def pinged(message, checked):
    return re.findall(r"<@(\w+)>", words(checked(message, pings=["U0ANA0001", "U0BEN0001"])))


def test_nobody_is_pinged_unless_mentions_are_on(world, frame, checked):
    assert pinged(digest(*world, frame)[0], checked) == []


def test_a_person_is_pinged_once_for_all_their_new_rows(aurora, frame, checked):
    news = [*many(aurora, 4), aurora("Bens", id="onb_9", csm_id="user_se_001")]

    message, _ = digest([Risk(one, (MARKED,)) for one in news], [], news, replace(frame, mentions=True))

    assert pinged(message, checked) == ["U0ANA0001", "U0BEN0001"]


def test_a_continuing_row_pings_nobody_before_the_day_of_its_launch(aurora, frame, checked):
    standings = [aurora(id="onb_1", target_launch_date=day) for day in (date(2026, 9, 10), TODAY)]
    tomorrow, today = (
        digest([Risk(one, (MARKED,))], [one], [one], replace(frame, mentions=True))[0] for one in standings
    )

    assert pinged(tomorrow, checked) == []
    assert pinged(today, checked) == ["U0ANA0001"]


def test_a_worsened_row_pings_nobody(aurora, frame, checked):
    (before,) = many(aurora, 1)
    after = changed(before, target_launch_date=date(2026, 10, 2))

    message, _ = digest([Risk(after, (MARKED,))], [before], [after], replace(frame, mentions=True))

    assert pinged(message, checked) == []


@pytest.mark.parametrize(
    "person",
    [
        Person("user_csm_001", "U0ANA0001", "Ana Ruiz", confirmed=False),
        Person("user_csm_001", None, "Ana Ruiz"),
        Person("user_csm_001", "<!channel>", "Ana Ruiz"),
    ],
    ids=["guessed", "unlinked", "odd"],
)
def test_only_a_person_who_is_known_for_sure_is_pinged(aurora, frame, checked, person):
    (one,) = many(aurora, 1)
    told = replace(frame, mentions=True, directory=Directory({"user_csm_001": person}))

    message, _ = digest([Risk(one, (MARKED,))], [], [one], told)

    assert pinged(message, checked) == []
    assert "— Ana Ruiz" in words(checked(message))


def test_the_first_digest_pings_nobody_for_being_new(aurora, frame, checked):
    (one,) = many(aurora, 1)

    assert pinged(digest([Risk(one, (MARKED,))], None, [one], replace(frame, mentions=True))[0], checked) == []


def test_a_state_set_through_the_bot_says_by_whom_when_and_why(aurora, frame, checked):
    marked = aurora(id="onb_1", state="at_risk", target_launch_date=None)
    told = replace(frame, set_by={"onb_1": set_by("onb_1")})

    message, _ = digest([Risk(marked, (MARKED, NO_TARGET))], [], [marked], told)

    assert "marked at risk in Pivotal, set by Ana Ruiz, 4 Sep: waiting for DNS · no target date" in words(
        checked(message)
    )


@pytest.mark.parametrize(
    ("state", "since"),
    [("active", None), ("waiting", None), ("at_risk", datetime(2026, 9, 5, tzinfo=UTC))],
    ids=["set back elsewhere", "set to another elsewhere", "set again elsewhere"],
)
def test_a_state_that_came_about_elsewhere_since_is_nobodys_here(aurora, frame, checked, state, since):
    one = aurora("Acme Corp", History(state_since=since), id="onb_1", state=state)

    message, _ = digest([Risk(one, (OVERDUE,))], [], [one], replace(frame, set_by={"onb_1": set_by("onb_1")}))

    assert "set by" not in words(checked(message))


def test_a_state_that_no_rule_is_about_is_named_with_who_set_it(aurora, frame, checked):
    waiting = aurora(id="onb_1", waiting_on_customer=True)
    told = replace(frame, set_by={"onb_1": set_by("onb_1", reason=None, after="Waiting on customer")})

    message, _ = digest([Risk(waiting, (OVERDUE,))], [], [waiting], told)

    assert "⏳ Waiting on customer, set by Ana Ruiz, 4 Sep" in words(checked(message))


def test_a_rows_menu_begins_and_does_nothing_by_itself(aurora, frame, checked):
    active, marked = aurora(id="onb_0"), aurora(id="onb_1", state="at_risk")

    payload = checked(digest([Risk(active, (OVERDUE,)), Risk(marked, (MARKED,))], [], [active, marked], frame)[0])

    assert list(choices(payload, 0)) == ["Open", "Snooze…", "Mark at risk…"]
    assert list(choices(payload, 1)) == ["Open", "Snooze…", "Clear at risk…"]


def test_an_id_too_long_for_a_menu_has_a_button(aurora, frame, checked):
    long = aurora(id="o" * 300)

    payload = checked(digest([Risk(long, (OVERDUE,))], [], [long], frame)[0])

    assert [button["text"]["text"] for button in buttons(payload)] == ["Open"]


def test_a_snoozed_row_is_gone_because_it_is_snoozed_and_counted(aurora, frame, checked):
    (one,) = many(aurora, 1)
    asleep = replace(snooze(0), onboarding_id="onb_0", title=one.title)

    message, _ = digest([], [one], [one], replace(frame, snoozed=(asleep,)))

    assert message.text == "At-risk onboardings — Wed 9 Sep · nothing but 1 snoozed"
    assert "*Snoozed:* Customer 000 #0" in words(checked(message))
    assert words(checked(message)).endswith("*Snoozed (1):* Customer 000 until 21 Sep by Ana &lt;Ruiz&gt;")


def test_kinds_of_attention_are_kept_apart(aurora, frame, checked):
    one, two, three = many(aurora, 3)

    message, _ = digest([Risk(one, (OVERDUE, MARKED)), Risk(two, (OVERDUE,)), Risk(three, (OVERDUE,))], [], [], frame)

    assert "3 need attention: 1 marked at risk in Pivotal, 2 by this bot’s rules" in words(checked(message))


@pytest.mark.parametrize(("count", "hidden"), [(0, 0), (1, 0), (10, 0), (11, 1), (500, 490)])
def test_ten_rows_and_the_rest_by_owner_in_the_thread(aurora, frame, checked, count, hidden):
    standings = many(aurora, count)
    gone = many(aurora, count + 5)

    message, thread = digest([Risk(one, (OVERDUE, MARKED)) for one in standings], gone, standings, frame)

    payload = checked(message)
    assert len(listed(payload)) == count - hidden
    assert len(payload["blocks"]) <= 15
    assert (f"+{hidden} more" in words(payload)) == bool(hidden)
    told = "\n".join(words(checked(part)) for part in thread)
    assert told.count("• ") == (count if hidden else 0)


def test_thread_is_grouped_by_owner_and_counts_each_group(aurora, frame, checked):
    standings = [*many(aurora, 10), aurora("Solo", id="onb_solo", csm_id=None, se_id=None)]

    _, thread = digest([Risk(one, (MARKED,)) for one in standings], None, standings, frame)

    told = words(checked(thread[0]))
    assert told.index("*Ana Ruiz* (10)") < told.index("*no owner* (1)") < told.index("Solo")


def test_the_first_digest_claims_nothing_and_says_from_when_it_counts(aurora, frame, checked):
    (one,) = many(aurora, 1)

    message, _ = digest([Risk(one, (MARKED,))], None, [one], replace(frame, seen_since=date(2026, 8, 20)))

    told = words(checked(message))
    assert "counted from what this bot has seen since Thu 20 Aug 2026" in told
    assert "🆕" not in told
    assert "new" not in message.text


def test_after_a_change_of_filters_nothing_is_called_new_or_gone(aurora, frame, checked):
    one, two = many(aurora, 2)

    message, _ = digest([Risk(two, (MARKED,))], [one], [one, two], frame, rules="phase:review")

    told = words(checked(message))
    assert "Filters or rules changed" in told
    assert "🆕" not in told
    assert "Recovered" not in told


def test_all_clear_names_what_recovered(aurora, frame, checked):
    (one,) = many(aurora, 1)

    message, _ = digest([], [changed(one, state="at_risk")], [one], frame)

    assert message.text == "At-risk onboardings — Wed 9 Sep · all clear · 1 recovered"
    assert "*Recovered:* Customer 000 #0" in words(checked(message))


def test_what_is_only_usual_by_now_has_not_recovered(aurora, frame, checked):
    (one,) = many(aurora, 1)
    before = delta.say([one], previous=None, today=TODAY, rules="", fired={"onb_0": ("stalled",)})
    says = delta.say([], previous=before, today=TODAY, rules="")
    there = {"onb_0": one}
    change = delta.compare(before, says, listed=there, everything=there, phases=frame.phases)

    message, _ = digests.at_risk_digest([], change, says, frame=frame)

    assert message.text == "At-risk onboardings — Wed 9 Sep · all clear"
    assert "*No longer above the usual time:* Customer 000 #0" in words(checked(message))


@pytest.mark.parametrize(
    ("asleep", "told"),
    [
        (1, "No onboarding needs attention but 1 that is snoozed."),
        (2, "No onboarding needs attention but 2 that are snoozed."),
    ],
)
def test_where_all_that_needs_attention_is_snoozed_it_is_not_all_clear(aurora, frame, checked, asleep, told):
    (one,) = many(aurora, 1)
    sleeping = replace(frame, snoozed=tuple(map(snooze, range(asleep))))

    message, _ = digest([], [changed(one, state="at_risk")], [one], sleeping)

    assert message.text == f"At-risk onboardings — Wed 9 Sep · nothing but {asleep} snoozed · 1 recovered"
    assert told in words(checked(message))


def test_whatever_is_out_of_the_ordinary_is_said(aurora, frame, checked):
    (one,) = many(aurora, 1)
    odd = replace(frame, late=True, asked_by="Ana <Ruiz>", test_key=True, stale=True, filters="phase Review & more")

    told = words(checked(digest([Risk(one, (MARKED,))], [], [one], odd)[0]))

    assert "asked for by Ana &lt;Ruiz&gt;" in told
    assert "Late: it is 09:41" in told
    assert "`TEST`" in told
    assert "Pivotal is not answering, as of 09:00 Europe/Berlin · filters: phase Review &amp; more" in told


@pytest.fixture
def calendar(aurora, observed):
    """What a launch-week digest said on 1 Sep, and what there is now."""
    then = (
        aurora("Umbrella", id="onb_5", display_id=5),
        aurora("Acme Corp", id="onb_2", display_id=2, target_launch_date=date(2026, 9, 4)),
        aurora("Stark", id="onb_7", display_id=7, target_launch_date=TODAY),
    )
    now = [
        aurora("Globex", id="onb_1", display_id=1, target_launch_date=date(2026, 9, 2)),
        aurora("Acme Corp", observed, id="onb_2", display_id=2, target_launch_date=date(2026, 9, 11)),
        aurora("Hooli", id="onb_3", display_id=3, phase="launch", target_launch_date=date(2026, 9, 7)),
        aurora("Initech", id="onb_4", display_id=4, target_launch_date=date(2026, 9, 15)),
        aurora("Umbrella", id="onb_5", display_id=5, target_launch_date=date(2026, 10, 2)),
        aurora("Vehement", id="onb_6", display_id=6, target_launch_date=None),
        aurora(
            "Stark",
            id="onb_7",
            display_id=7,
            state="at_risk",
            se_id=None,
            csm_id="user_se_001",
            target_launch_date=TODAY,
        ),
    ]
    return delta.say(then, previous=None, today=date(2026, 9, 1), rules=""), now


@pytest.mark.parametrize(
    ("odd", "previous", "rules"),
    [
        pytest.param({}, True, "", id="normal"),
        pytest.param({"seen_since": date(2026, 8, 20)}, False, "", id="first"),
        pytest.param({}, True, "phase:review", id="changed-filters"),
        pytest.param({"moved_from": (date(2026, 9, 8),)}, True, "", id="moved"),
        pytest.param({"missed": missed(DeliveryStatus.UNCERTAIN, None)}, True, "", id="missed"),
        pytest.param({"snoozed": (replace(snooze(1), onboarding_id="onb_1", title="Globex"),)}, True, "", id="snoozed"),
        pytest.param({"mentions": True}, True, "", id="mentions"),
        pytest.param({"set_by": {"onb_7": set_by("onb_7")}}, True, "", id="set-through-the-bot"),
    ],
)
def test_launch_week_digest(calendar, frame, checked, paste, odd, previous, rules):
    before, now = calendar

    message, thread = launches(now, replace(frame, **odd), before=before if previous else None, rules=rules)

    assert thread == ()
    assert checked(message, pings=["U0ANA0001", "U0BEN0001"] if odd.get("mentions") else []) == paste


def test_launch_week_digest_with_nothing_to_say(aurora, frame, checked, paste):
    message, _ = launches([aurora("Acme Corp", target_launch_date=date(2026, 10, 2))], frame)

    assert checked(message) == paste


def test_launch_week_digest_with_more_than_it_shows(aurora, frame, checked, paste):
    overdue = many(aurora, 5, target_launch_date=date(2026, 9, 1))
    week = [aurora(f"W {n:02}", id=f"w_{n}", target_launch_date=date(2026, 9, 9 + n % 5)) for n in range(15)]
    following = [aurora(f"N {n}", id=f"n_{n}", target_launch_date=date(2026, 9, 17)) for n in range(10)]

    message, thread = launches([*overdue, *week, *following], frame)

    assert [checked(part) for part in (message, *thread)] == paste


def test_the_text_of_a_launch_weeks_notification_names_this_weeks_and_what_is_new(calendar, frame):
    message, _ = launches(calendar[1], frame, before=calendar[0])

    assert message.text == (
        "Launch week — Wed 9 Sep · 2 this week, 1 launched · 1 overdue · 1 next week. This week: Stark, Acme Corp. "
        "New: Globex, Initech"
    )


def test_a_week_begins_as_the_zone_has_it(aurora, frame, checked):
    sunday = [aurora(target_launch_date=date(2026, 9, 13))]

    assert "1 this week" in launches(sunday, frame)[0].text
    assert "nothing due this week · 1 next week" in launches(sunday, frame, first=6)[0].text


def test_a_launch_that_slipped_before_the_last_digest_says_so_too(aurora, observed, frame, checked):
    slipped = aurora("Acme Corp", observed)
    before = delta.say([slipped], previous=None, today=YESTERDAY, rules="")

    told = launches([slipped], replace(frame, now=datetime(2026, 9, 15, 7, tzinfo=UTC)), before=before)[0]

    assert "— Ana Ruiz · slipped 14 d, 2nd time" in words(checked(told))


def test_a_paused_launch_that_moved_is_said_to_have_moved(aurora, frame, checked):
    before = delta.say([aurora("Acme Corp")], previous=None, today=YESTERDAY, rules="")
    paused = aurora("Acme Corp", state="paused", target_launch_date=date(2026, 10, 2))

    assert "*Moved out:* Acme Corp #89 → 2 Oct" in words(checked(launches([paused], frame, before=before)[0]))


def test_launch_week_bounds_each_lane_and_says_what_it_left_out(aurora, frame, checked):
    overdue = many(aurora, 30, target_launch_date=date(2026, 9, 1))
    week = [aurora(f"W {n}", id=f"w_{n}", target_launch_date=date(2026, 9, 11)) for n in range(30)]
    following = [aurora(f"N {n}", id=f"n_{n}", target_launch_date=date(2026, 9, 17)) for n in range(30)]

    message, thread = launches([*overdue, *week, *following], frame)

    payload = checked(message)
    told = words(payload)
    assert len(payload["blocks"]) <= 15
    assert [key[:2] for key in listed(payload)] == ["on"] * 3 + ["w_"] * 10
    assert "*Overdue* · 3 of 30, +27 more" in told
    assert "*This week* · 10 of 30, +20 more" in told
    assert [button["text"]["text"] for button in buttons(payload)] == ["See all"]
    assert "and 22 more" in told
    assert "\n".join(words(checked(part)) for part in thread).count("• ") == 90


def test_the_last_line_names_what_is_snoozed_however_long_the_rest_is(aurora, frame, checked):
    days = [date(2026, 9, 1)] * 9 + [date(2026, 9, 11)] * 20 + [date(2026, 9, 17)] * 20
    long = [aurora("&" * 300, id=f"l_{n}", target_launch_date=day) for n, day in enumerate(days)]
    asleep = tuple(replace(snooze(n), title="A" * 300, name="A" * 300) for n in range(7))

    told = words(checked(launches(long, replace(frame, snoozed=asleep))[0]))

    assert "as of 09:00" in told
    assert told.splitlines()[-1].startswith("*Snoozed (7):* AAA")
    assert told.endswith("and 2 more")


def test_overdue_launches_have_their_button_where_there_is_room(aurora, frame, checked):
    overdue = many(aurora, 3, target_launch_date=date(2026, 9, 1))
    week = [aurora(f"W {n}", id=f"w_{n}", target_launch_date=date(2026, 9, 11)) for n in range(7)]

    payload = checked(launches([*overdue, *week], frame)[0])

    assert len(listed(payload)) == 10
    assert len(payload["blocks"]) <= 15


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (date(2026, 10, 2), "Nothing is due this week; next is *Customer 000* #0 on Fri 2 Oct 2026."),
        (None, "Nothing is due, and no launch is planned."),
    ],
)
def test_a_week_without_launches_says_when_the_next_is(aurora, frame, checked, target, expected):
    message, _ = launches(many(aurora, 1, target_launch_date=target), frame)

    assert expected in words(checked(message))


def test_a_date_only_target_is_the_same_day_for_every_reader(aurora, frame, checked):
    from zoneinfo import ZoneInfo

    (one,) = many(aurora, 1, target_launch_date=date(2026, 9, 11))

    payload = checked(launches([one], replace(frame, zone=ZoneInfo("America/Los_Angeles")))[0])

    assert "*Fri 11 Sep*" in words(payload)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=ODD, phase=ODD, filters=ODD, late=some.booleans(), count=some.integers(0, 15))
def test_odd_records_stay_within_slacks_limits(aurora, frame, checked, name, phase, filters, late, count):
    slips = History(slips=(Slip(date(2026, 8, 1), date(2026, 9, 10), datetime(2026, 8, 2, tzinfo=UTC)),) * 3)
    standings = [
        Standing(
            aurora(
                name, id=f"o_{n}", phase=phase, csm_id="user_odd", target_launch_date=TODAY + timedelta(days=n - 4)
            ).onboarding.model_copy(update={"name": name}),
            aurora(name).customer,
            slips,
        )
        for n in range(count)
    ]
    odd = replace(frame, filters=filters, late=late, asked_by=name)

    drawn = [
        digest([Risk(one, (OVERDUE, MARKED, SLIPPED)) for one in standings], standings[:3], standings[1:], odd),
        launches(standings, odd),
    ]

    for message, thread in drawn:
        checked(message)
        for part in thread:
            checked(part)
        assert len(message.blocks) <= 15


def test_all_rows_of_a_digest_are_shown_page_by_page(aurora, viewing, checked, paste):
    drawn = [Row(one, (OVERDUE, MARKED)) for one in many(aurora, 23)]

    message = digest_rows.page(
        "At-risk onboardings",
        drawn,
        replace(viewing, test_key=True),
        subscription_id="sub_1",
        seen="25 2026-09-08",
        page=2,
        told="phase Review",
    )

    assert checked(message) == paste


def test_a_note_stands_below_its_row_and_a_later_one_takes_its_place(world, frame, checked, paste):
    posted = digest(*world, frame)[0].payload()
    first = Remark("marked it at risk", "Ana <Ruiz>", datetime(2026, 9, 9, 9, 14, tzinfo=UTC))
    second = Remark("cleared at risk", "Ben Okafor", datetime(2026, 9, 9, 9, 20, tzinfo=UTC))

    once = posted_digest.noted(posted, {"onb_24": first, "onb_245": first})
    twice = checked(posted_digest.noted(once.payload(), {"onb_245": second}))

    assert "target date passed 3 days ago\n✓ Ana &lt;Ruiz&gt; marked it at risk · 09:14" in words(once.payload())
    assert words(once.payload()).count("✓") == 1, "no row’s id begins with another’s"
    assert twice == paste


def test_a_sealed_digest_says_which_is_newer_and_has_nothing_to_press(world, frame, checked, paste):
    posted = digest(*world, frame)[0].payload()

    message = checked(posted_digest.sealed(posted, newer=date(2026, 9, 10)))

    assert "accessory" not in str(message)
    assert message == paste


def test_a_sealed_digest_has_no_more_blocks_than_it_had(aurora, calendar, frame, checked):
    standings = many(aurora, 23)
    before, _ = calendar
    at_risk, _ = digest([Risk(one, (OVERDUE, MARKED)) for one in standings], standings[3:], standings, frame)
    week, _ = launches(many(aurora, 12, target_launch_date=TODAY) + many(aurora, 5), frame, before=before)

    for posted in (at_risk.payload(), week.payload()):
        sealed = checked(posted_digest.sealed(posted, newer=date(2026, 9, 10)))

        assert len(sealed["blocks"]) == len(posted["blocks"]) <= 15
        assert "A newer digest: Thu 10 Sep." in words(sealed)


def test_a_preview_shows_the_thread_below_as_far_as_slack_takes_it(checked):
    digest = say("The digest")
    replies = tuple(say(f"Reply {number} " + "x" * 2000) for number in range(9))

    message = previewed(digest, replies)

    assert "In its thread" in str(checked(message)["blocks"])
    assert "Reply 0" in str(message.payload())
    assert "messages of its thread not shown here" in str(message.payload())
