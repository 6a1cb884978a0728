from dataclasses import replace

import pytest

from bot.domain.records import Actor, Person
from bot.domain.unmapped import Unmapped
from bot.views import claims, mapping, people, settings
from bot.views.message import Message

ODD = "<!channel> *&|\u202e " * 30
GUESS = Person("user_csm_003", "U0DEV0001", "Devon & Park", learned="claim", confirmed=False)


def owner(number=3, **fields):
    return Unmapped(
        **{
            "pivotal_id": f"user_csm_{number:03}",
            "count": 4,
            "customers": ("Acme Corp", "Globex", "List & Co", "Hooli"),
            "roles": ("csm", "product_ops"),
            **fields,
        }
    )


def test_offer_names_three_customers_of_each(checked, paste):
    assert checked(Message("Who are you?", claims.offer([owner(), owner(4, count=1, customers=("Hooli",))]))) == paste


def test_customers_with_several_onboardings_are_counted(checked):
    customers = tuple(f"Customer {n}" for n in range(21))

    told = str(checked(Message("Who?", claims.offer([owner(count=23, customers=customers)]))))

    assert "of 23 onboardings for 21 customers" in told
    assert "and 18 more" in told


def test_offer_without_owners_is_nothing():
    assert claims.offer([]) == ()


@pytest.mark.parametrize(
    ("page", "shown", "turns"), [(0, 6, ["Next"]), (2, 6, ["Previous", "Next"]), (9, 1, ["Previous"])]
)
def test_offer_is_paged(checked, page, shown, turns):
    blocks = checked(Message("Who?", claims.offer([owner(n) for n in range(13)], page=page)))["blocks"]

    buttons = [block["accessory"]["value"] for block in blocks if "accessory" in block]
    turned = [button["text"]["text"] for block in blocks if block["type"] == "actions" for button in block["elements"]]
    assert (len(buttons), turned) == (shown, turns)


def test_the_question_to_an_admin(checked, paste):
    assert checked(claims.request(GUESS, owner())) == paste


@pytest.mark.parametrize("confirmed", [True, False])
def test_odd_names_stay_text(checked, confirmed):
    odd = Person("x" * 100, "U0DEV0001", ODD, learned="claim", confirmed=False)
    row = owner(pivotal_id="x" * 100, customers=(ODD, ODD), person=odd)

    checked(claims.request(odd, row))
    checked(claims.settled(odd, by=ODD, confirmed=confirmed))
    checked(claims.verdict(odd, by=ODD, confirmed=confirmed, command="/ob"))
    checked(claims.asked("x" * 100, admins=[ODD] * 10, again=False, command="/ob"))
    checked(people.linked(odd, former=odd))
    checked(people.whoami(Actor("U1", "T1", ODD), troubles=[ODD] * 9, offer=claims.offer([row] * 9)))
    checked(settings.settings(Actor("U1", "T1", ODD), effective=[("NAME", ODD)] * 40, troubles=[ODD] * 9))


@pytest.mark.parametrize(
    ("admins", "again", "expected"),
    [
        (["Cara", "Ana"], False, "I asked Cara, Ana to confirm it"),
        ([], False, "I could reach no admin of this bot"),
        ([], True, "were asked today already"),
    ],
)
def test_a_claim_is_told_with_what_happens_next(checked, admins, again, expected):
    told = checked(claims.asked("user_csm_003", admins=admins, again=again, command="/ob"))["text"]

    assert expected in told
    assert "you cannot change it yet" in told


@pytest.mark.parametrize(("confirmed", "expected"), [(True, "was linked to it, and no longer is"), (False, "had said")])
def test_linked_names_who_loses_the_place(checked, confirmed, expected):
    former = Person("user_csm_003", "U0ANA0001", "Ana Ruiz", confirmed=confirmed)

    assert f"Ana Ruiz {expected}" in checked(people.linked(GUESS, former=former))["text"]


def test_the_admins_list_is_bounded_and_every_menu_names_its_owner(viewing):
    owners = [owner(n, customers=(ODD,)) for n in range(12)]

    payload = mapping.listing(owners, viewing, page=2, notice="Done.").payload()

    menus = [block["accessory"] for block in payload["blocks"] if "accessory" in block]
    assert [menu["placeholder"]["text"] for menu in menus] == ["Who is user_csm_010?", "Who is user_csm_011?"]
    assert payload["text"].startswith("Done. Owners in Pivotal nobody is linked to: 12 owners")
    assert "<!channel>" not in str(payload)


def test_no_customer_styles_its_own_name(checked, viewing):
    row = owner(customers=("Brook & Hart *Partners*", "*bold* _it_ ~no~"), person=replace(GUESS, name="*bold*"))

    told = str(mapping.listing([row], viewing).payload())

    assert "Brook &amp; Hart ∗Partners∗, ∗bold∗ ˍitˍ ∼no∼" in told
    assert "∗bold∗ says that is them" in told
    checked(Message("Who are you?", claims.offer([replace(row, person=None)])))


def test_the_admins_list_shows_a_claim_beside_who_claims_it(viewing):
    menu = mapping.listing([owner(person=GUESS)], viewing).payload()["blocks"][2]

    assert menu["accessory"]["initial_user"] == "U0DEV0001"
    assert "Devon &amp; Park says that is them: choose them to confirm." in menu["text"]["text"]


def test_the_admins_list_without_owners_says_so(checked, viewing):
    assert "Every owner of an open onboarding is linked" in checked(mapping.listing([], viewing))["text"]


def test_settings_of_an_admin(checked, paste):
    shown = [("BOT_ADMINS", "U0CARA001"), ("SLACK_BOT_TOKEN", "set"), ("BOT_WRITES", "owners")]
    actor = Actor("U0CARA001", "T0HOME001", "Cara Lindqvist", "Europe/Stockholm", admin=True)

    assert checked(settings.settings(actor, effective=shown, troubles=["Off: link previews."])) == paste


def test_the_admins_list(viewing, paste):
    payload = mapping.listing([owner(), owner(4, person=GUESS)], viewing, notice="Done.").payload()

    assert payload == paste


def test_the_admins_list_says_how_old_it_is_and_why(checked, viewing):
    assert "Pivotal is not answering, as of 09:41" in str(checked(mapping.listing([], replace(viewing, stale=True))))
