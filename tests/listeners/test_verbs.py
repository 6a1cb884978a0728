"""Every verb does what help says it does, over a web socket and over HTTP: its own examples are typed, and more."""

import pytest

from bot.listeners import FEATURES
from bot.sandbox.slack.world import CARA, ONBOARDING

EXAMPLES = {command.verb: command.examples for feature in FEATURES for command in feature.commands}
CARD = ("Aurora Foods", "#89", "Review (3 of 7)", "Target date Wed 16 Sep 2026", "CSM Ana Ruiz")
ADVANCE = "Move Aurora Foods (onboarding #89) from Review to Program buildout?"
BACK = "Send Aurora Foods (onboarding #89) back from Review to Program design?"
SKIP = "Move Aurora Foods (onboarding #89) from Review straight to Internal QA?"
AT_RISK = "“At-risk onboardings”"
SNOOZED = "is left out of the at-risk digest of <#C0ONBOARD> until Thu 10 Sep 2026"


def press(label):
    """Somebody presses this on what they see."""
    return ("press", label)


def send(**fields):
    """They send the form that is open."""
    return ("send", fields)


def is_(number, **fields):
    """The local Pivotal has this of an onboarding."""
    return ("is", number, fields)


def day(text):
    return {"target_launch_date": f"{text}T00:00:00.000Z" if text else None}


LINES = {
    "show": [("aurora", *CARD), ("#89", *CARD)],
    "home": [("", "Your onboardings", "That is me", "All onboardings")],
    "mine": [
        ("mine", "Your onboardings", "newest first", "not linked to a Pivotal user yet"),
        ("mine @ana", "Onboardings of Ana Ruiz", "6 onboardings", "Aurora Foods"),
        ("mine sort:date", "Your onboardings", "by target date"),
    ],
    "list": [
        ("list", "11 onboardings", "page 1 of 2", "Late Ltd"),
        ("list phase:review", "9 onboardings", "phase Review", "Hooli"),
        ("list owner:@ana launch:next-week", "1 onboarding", "owner Ana Ruiz · launch next week", "Aurora Foods"),
        ("list state:waiting sort:date", "0 onboardings", "state Waiting on customer", "by target date"),
    ],
    "at-risk": [
        ("at-risk", "At-risk onboardings", "1 onboarding", "Why: target date passed 6 days ago"),
        ("at-risk owner:@ana sort:date", "At-risk onboardings", "owner Ana Ruiz", "Nothing is at risk right now."),
    ],
    "launches": [
        ("launches", "Launches", "Overdue (1)", "Next week (1)"),
        ("launches this week", "Launches: this week", "No launches here."),
        ("launches overdue", "Launches: overdue", "1 onboarding", "Late Ltd"),
    ],
    "advance": [
        ("advance aurora", "No customer is called exactly “aurora”. Which one?", "Aurora Foods", "Choose"),
        ("advance #89 --dry-run", "Nothing was written.", "would go from Review to Program buildout"),
        ("advance aurora foods", ADVANCE),
        ("advance #89 they signed", ADVANCE, "Reason: they signed"),
        press("Advance to Program buildout"),
        is_(89, phase="program_buildout"),
    ],
    "back": [
        ("back aurora foods", BACK),
        ("back #89 the design changed", BACK),
        send(),
        is_(89, phase="program_design"),
    ],
    "skip": [
        ("skip #89", "To which phase shall Aurora Foods (onboarding #89) skip?", "Internal QA"),
        ("skip #89 internal qa", SKIP, "This skips Program buildout."),
        send(reason="built in the pilot"),
        is_(89, phase="internal_qa"),
    ],
    "pause": [("pause #89", "You paused it (was Active)."), is_(89, state="paused")],
    "resume": [
        ("pause #89", "You paused it"),
        ("resume aurora", "No customer is called exactly “aurora”. Which one?", "Aurora Foods", "Choose"),
        ("resume #89", "You resumed it"),
        is_(89, state="active"),
    ],
    "flag": [
        ('flag "Acme Corp" legal is stuck', "You marked it at risk (was Active).", "Reason: legal is stuck"),
        is_(101, state="at_risk"),
    ],
    "clear": [
        ("flag #89", "You marked it at risk"),
        ("clear #89", "You cleared at risk."),
        is_(89, state="active"),
    ],
    "waiting": [
        ("waiting globex", "Which one do you mean?", "#103", "#104", "Choose"),
        ("waiting #103 their DNS", "Waiting on customer", "Reason: their DNS"),
        is_(103, state="waiting", waiting_on_customer=True),
    ],
    "state": [
        ("state aurora foods paused", "You paused it (was Active)."),
        is_(89, state="paused"),
        ("state #89 at-risk legal is stuck", "Mark Aurora Foods (onboarding #89) at risk?", "This ends “Paused”."),
        press("Mark at risk"),
        is_(89, state="at_risk"),
    ],
    "date": [
        ("date aurora foods +7d", "You moved the target date Wed 16 Sep 2026 → Wed 23 Sep 2026."),
        is_(89, **day("2026-09-23")),
        ("date #89 18 Sep", "You moved the target date Wed 23 Sep 2026 → Fri 18 Sep 2026."),
        is_(89, **day("2026-09-18")),
        ("target #89 none", "You took the target date away (was Fri 18 Sep 2026)."),
        is_(89, **day("")),
    ],
    "owner": [
        ("owner aurora foods se @ben", "Onboarding #89 has that owner already."),
        ("owner #103 se @ben", "Ben Okafor"),
        press("Change owner"),
        is_(103, se_id="user_se_001"),
    ],
    "undo": [
        ("pause #89", "You paused it"),
        ("undo", "Your last change here was Active → Paused."),
        press("Undo"),
        is_(89, state="active"),
    ],
    "update": [
        ("update aurora foods", "Update", "Aurora Foods (onboarding #89)", "State and phase"),
        send(**{"State and phase": "Mark at risk"}),
        is_(89, state="at_risk"),
    ],
    "details": [("details aurora", "Details of Aurora Foods (onboarding #89)", "Notes in Pivotal", "Contacts")],
    "new": [
        ("new", "New onboarding", "Or create a customer: name"),
        ("new aurora", "New onboarding", "'aurora'"),
        ("new Initrode", "New onboarding", "'Initrode'"),
        send(**{"New customer’s primary contact: name": "Bill", "New customer’s primary contact: e-mail": "b@i.test"}),
        is_(111, phase="before_getting_started"),
    ],
    "log": [
        ("pause #89 legal", "You paused it"),
        ("log", "Log", "1 entry", "Cara Lindqvist", "Active → Paused", "legal"),
        ("log aurora", "Log of Aurora Foods · #89", "Active → Paused"),
        ("log #89", "Log of Aurora Foods · #89", "Active → Paused"),
    ],
    "note": [
        ("note #89 legal signs on Friday", "Noted on Aurora Foods (onboarding #89).", "legal signs on Friday"),
        ('note "Acme Corp" kickoff went well', "Noted on Acme Corp (onboarding #101).", "kickoff went well"),
    ],
    "share": [("share aurora", "Shared Aurora Foods (onboarding #89) to <#C0ONBOARD>.")],
    "subscribe": [
        ("subscribe", "Digest", "Time zone", "Only those of"),
        ("subscribe at-risk", f"<#C0ONBOARD> now gets {AT_RISK}, Mon–Fri at 09:00 (Europe/Stockholm)."),
        ("subscribe launch-week dm 08:30 mon Europe/Berlin", "now get “Launch week”, Mon at 08:30 (Europe/Berlin)."),
        ("subscribe at-risk owner:@ana mentions:on holidays:DE:skip", AT_RISK, "owner Ana Ruiz", "Germany"),
    ],
    "unsubscribe": [
        ("subscribe at-risk", AT_RISK),
        ("unsubscribe", "Which digest shall be deleted?", "At-risk onboardings", "Delete"),
        ("unsubscribe at-risk", f"<#C0ONBOARD> no longer gets {AT_RISK}."),
    ],
    "subscriptions": [
        ("subscribe at-risk", AT_RISK),
        ("subscriptions", "Digest subscriptions", "1 subscription", "set up by"),
    ],
    "digest": [
        ("digest preview at-risk", "At-risk onboardings — Mon 7 Sep", "target date passed 6 days ago"),
        ("digest now launch-week", "Posted here: “Launch week”."),
    ],
    "snooze": [
        ("subscribe at-risk", AT_RISK),
        ("snooze aurora foods", "Snooze", "Aurora Foods (onboarding #89)", "In the digest of", "Until"),
        ("snooze aurora foods 3d their DNS is moving", SNOOZED, "Reason: their DNS is moving"),
    ],
    "snoozed": [
        ("subscribe at-risk", AT_RISK),
        ("snooze aurora foods 3d dns", SNOOZED),
        ("snoozed", "until Thu 10 Sep 2026", "1 left out of the at-risk digest of <#C0ONBOARD>"),
    ],
    "unsnooze": [
        ("subscribe at-risk", AT_RISK),
        ("snooze aurora foods 3d dns", SNOOZED),
        ("unsnooze aurora foods", "Aurora Foods is no longer snoozed"),
    ],
    "follow": [
        ("follow #89", "You follow Aurora Foods (onboarding #89)."),
        ("follow aurora foods", "You follow Aurora Foods (onboarding #89) already."),
    ],
    "unfollow": [
        ("follow #89", "You follow Aurora Foods (onboarding #89)."),
        ("unfollow #89", "You no longer follow Aurora Foods."),
        ("unfollow aurora foods", "You do not follow Aurora Foods."),
    ],
    "whoami": [("whoami", "You are *Cara Lindqvist*, an admin of this bot.", CARA, "Europe/Stockholm")],
    "link": [("link @ana user_csm_001", "*Ana Ruiz* is now linked to the Pivotal user `user_csm_001`.")],
    "people": [("people", "Owners in Pivotal nobody is linked to", "2 owners", "user_csm_002", "user_designer_001")],
    "handover": [
        ("handover user_csm_003 @ben", "“user_csm_003” is neither a person here nor a Pivotal user"),
        ("handover @ana @ben", "Handover", "Ana Ruiz → Ben Okafor", "6 roles"),
        send(),
        is_(89, csm_id="user_se_001"),
    ],
    "settings": [("settings", "Settings", "This installation", "BOT_ADMINS")],
    "doctor": [("doctor", "Checkup: 1 warn, 14 ok", "Owners of open onboardings without a confirmed Slack user: 2")],
    "help": [
        ("help", "What you can ask me", "/onboarding advance", "/onboarding handover"),
        ("help advance", "Move on to the next phase", "advance #89 they signed"),
    ],
}
"""For every verb what an admin types, with all that is seen then; what they do next; and what is true at last."""


def test_every_verb_has_its_lines_and_every_example_is_one_of_them():
    typed = {verb: {line[0] for line in lines} for verb, lines in LINES.items()}

    assert set(LINES) == set(EXAMPLES)
    assert {
        verb: set(examples) - typed[verb] for verb, examples in EXAMPLES.items() if set(examples) - typed[verb]
    } == {}


@pytest.fixture
def sees(slack):
    """`sees(before)`: the form in front of Cara, else everything in the channel since `before` messages."""

    def told(before):
        view = slack.modal(CARA)
        if view is not None:
            return f"{view['title']['text']} {view['blocks']} {view.get('state_values')}"
        return "\n".join(message.seen for message in slack.messages(ONBOARDING, CARA)[before:])

    return told


@pytest.mark.parametrize("verb", LINES)
async def test_verb_does_what_it_says(slack, bot, pivotal, sees, verb):
    for step in LINES[verb]:
        match step:
            case ("press", label):
                where = {} if slack.modal(CARA) else {"channel": ONBOARDING}
                assert (await slack.clicks(label, by=CARA, **where)).ok
            case ("send", fields):
                assert (await slack.submits(fields, by=CARA)).ok
            case ("is", number, fields):
                record = pivotal.onboarding(number)
                assert {name: record[name] for name in fields} == fields
            case (typed, *words):
                if slack.modal(CARA):
                    await slack.closes(by=CARA)
                before = len(slack.messages(ONBOARDING, CARA))
                assert (await slack.types(f"/onboarding {typed}".strip(), by=CARA, channel=ONBOARDING)).ok
                told = sees(before)
                assert [word for word in words if word not in told] == [], f"{typed}: {told}"
