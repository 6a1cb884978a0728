import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.references import Link, Name, Number, contains, match, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("89", Number(89)),
        (" #89 ", Number(89)),
        ("“#89”", Number(89)),
        ("onboarding #89", Link("onboarding", n=89)),
        ("Customer #245", Link("customer", n=245)),
        ("https://my.pivotal.app/customers/245-acme", Link("customer", n=245)),
        ("my.pivotal.app/customers/245", Link("customer", n=245)),
        ("<https://my.pivotal.app/customers/245-acme>", Link("customer", n=245)),
        ("<https://my.pivotal.app/customers/245-acme?tab=x&amp;y#top|my.pivotal.app/…>", Link("customer", n=245)),
        ("https://my.pivotal.app/customers/acme-corp", Link("customer", id="acme-corp")),
        ("https://my.pivotal.app/customers/3m-company", Link("customer", id="3m-company")),
        ("https://my.pivotal.app/customers/245-acme/onboardings/89", Link("onboarding", n=89)),
        ("https://elsewhere.example/customers/245-acme", Name("https://elsewhere.example/customers/245-acme")),
        ("https://my.pivotal.app/settings", Name("https://my.pivotal.app/settings")),
        ("“Acme  Corp”", Name("Acme Corp")),
        ("'Acme Corp'", Name("Acme Corp")),
        ("List &amp; Co", Name("List & Co")),
        ("O'Brien", Name("O'Brien")),
        ("customer 360", Name("customer 360")),
        ("12345678901234567890", Name("12345678901234567890")),
        ("²", Name("²")),
        ("", Name("")),
    ],
)
def test_what_is_typed_is_read_as_meant(text, expected):
    assert parse(text) == expected


def test_links_follow_the_host_pivotal_is_at():
    assert parse("http://127.0.0.1:8080/customers/245", host="127.0.0.1:8080") == Link("customer", n=245)


@given(st.text())
def test_any_text_is_read_without_complaint(text):
    assert isinstance(parse(text), Number | Link | Name)


@given(st.integers(0, 999_999_999), st.sampled_from(["{}", "#{}", ' "{}" ', "‘#{}’"]))
def test_every_number_is_read_as_that_number(number, form):
    assert parse(form.format(number)) == Number(number)


NAMES = ("Aurora Foods", "Acme Corp", "Acme Group", "Müller & Söhne", "List & Co", "شركة النور", "🚀 Rocket Labs")


@pytest.fixture(scope="module")
def portfolio(make_standing, make_snapshot):
    return make_snapshot(*(make_standing(name, number) for number, name in enumerate(NAMES)))


def names(customers):
    return [customer.name for customer in customers]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("aurora foods", "Aurora Foods"),
        ("AURORAFOODS", "Aurora Foods"),
        ("Muller & Sohne", "Müller & Söhne"),
        ("list & co", "List & Co"),
        ("شركة النور", "شركة النور"),
    ],
)
def test_case_blanks_and_accents_do_not_matter_to_an_exact_match(portfolio, typed, name):
    found = match(typed, portfolio)

    assert names(found.exact) == [name]
    assert found.sole.name == name


@pytest.mark.parametrize("typed", ["aurora", "foods", "aur fo", "rocket"])
def test_part_of_one_name_finds_it_but_is_never_exact(portfolio, typed):
    found = match(typed, portfolio)

    assert found.exact == ()
    assert found.sole.name in {"Aurora Foods", "🚀 Rocket Labs"}


def test_part_of_two_names_is_ambiguous(portfolio):
    found = match("acme", portfolio)

    assert names(found.words) == ["Acme Corp", "Acme Group"]
    assert found.sole is None


def test_a_slip_of_the_finger_is_offered_but_not_taken(portfolio):
    found = match("Arora Fods", portfolio)

    assert names(found.close)[:1] == ["Aurora Foods"]
    assert found.exact == ()
    assert found.sole is None


@pytest.mark.parametrize("typed", ["", "  ", "zzzzqq", "x"])
def test_what_resembles_nothing_finds_nothing(portfolio, typed):
    assert match(typed, portfolio).all == ()


def test_two_customers_of_one_name_are_both_exact_and_neither_is_sole(make_standing, make_snapshot):
    snapshot = make_snapshot(make_standing("Globex", 1), make_standing("GLOBEX", 2))

    found = match("globex", snapshot)

    assert len(found.exact) == 2
    assert found.sole is None


def test_vowel_marks_make_another_name(make_standing, make_snapshot):
    snapshot = make_snapshot(make_standing("कल", 1))

    assert match("कुल", snapshot).exact == ()


def test_at_most_ten_are_offered_and_the_rest_counted(make_standing, make_snapshot):
    snapshot = make_snapshot(*(make_standing(f"Acme {number:02}", number) for number in range(14)))

    found = match("acme", snapshot)

    assert len(found.all) == 10
    assert found.more == 4


@given(st.lists(st.text(min_size=1), unique=True, max_size=15), st.text())
def test_a_match_is_bounded_without_repeats_and_complete(make_standing, make_snapshot, called, typed):
    snapshot = make_snapshot(*(make_standing(name, number) for number, name in enumerate(called)))

    found = match(typed, snapshot)

    ids = [customer.id for customer in found.all]
    assert len(ids) == len(set(ids)) <= 10
    assert found.more == 0 or len(ids) == 10
    assert all(name.casefold() != typed.casefold() for name in names(found.fuzzy))


def test_words_of_a_name_are_found_in_it():
    assert contains("Aurora Foods", "foo aur")
    assert contains("Aurora Foods", "rafo")
    assert contains("Aurora Foods", " ")
    assert not contains("Aurora Foods", "acme")


@pytest.mark.parametrize(
    ("name", "typed"), [("Yıldız", "yildiz"), ("YILDIZ", "yıldız"), ("Łódź", "lodz"), ("Søgård", "sogard")]
)
def test_letters_not_on_every_keyboard_are_found_by_their_next_kin(make_standing, make_snapshot, name, typed):
    snapshot = make_snapshot(make_standing(name, 1))

    assert names(match(typed, snapshot).exact) == [name]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("arora", "Aurora Foods"),
        ("aurra", "Aurora Foods"),
        ("auora", "Aurora Foods"),
        ("foods arora", "Aurora Foods"),
        ("acme grop", "Acme Group"),
        ("roket", "🚀 Rocket Labs"),
        ("wyne", "Wayne Enterprises"),
    ],
)
def test_a_slip_in_one_word_of_a_longer_name_is_offered(make_standing, make_snapshot, typed, name):
    snapshot = make_snapshot(*(make_standing(one, number) for number, one in enumerate((*NAMES, "Wayne Enterprises"))))

    found = match(typed, snapshot)

    assert names(found.close)[:1] == [name]
    assert found.exact == found.words == ()
    assert found.sole is None


@pytest.mark.parametrize("typed", ["initech", "legal", "hooli", "globex", "stark industries", "arctic"])
def test_what_is_like_no_word_of_a_name_keeps_it_out(portfolio, typed):
    assert names(match(typed, portfolio).all) == []


@given(st.sampled_from(NAMES), st.data())
def test_one_letter_left_out_never_hides_a_name(portfolio, name, data):
    word = data.draw(st.sampled_from([word for word in name.split() if len(word) > 3]))
    at = data.draw(st.integers(1, len(word) - 1))

    assert name in names(match(word[:at] + word[at + 1 :], portfolio).all)
