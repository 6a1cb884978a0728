"""The onboardings of the sample world: sixty, in every phase and state, with dates around a given day."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.sandbox.seed.customers import CLASH, CUSTOMERS, LONG
from bot.sandbox.seed.ids import cuid
from bot.sandbox.seed.people import ANA, BEN, DESIGNER, JONAS, MARA, PRIYA

START, DESIGN, REVIEW, BUILD, QA, LAUNCH, DONE = (
    "before_getting_started",
    "program_design",
    "review",
    "program_buildout",
    "internal_qa",
    "launch",
    "completed",
)
_CUSTOMER_IDS = {customer.name: customer.id for customer in CUSTOMERS}


@dataclass(frozen=True, slots=True)
class SeedOnboarding:
    """One onboarding; `target` and `age` are days from and before the day the world is made for."""

    display_id: int
    customer: str
    phase: str
    state: str
    target: int | None
    csm_id: str | None
    age: int
    """Days since it was created."""
    se_id: str | None = None
    designer_id: str | None = None
    product_ops_id: str | None = None
    notes: str | None = None
    waiting: bool = False

    @property
    def id(self) -> str:
        """The same on every start."""
        return cuid("onboarding", self.display_id)

    @property
    def customer_id(self) -> str:
        """The id of its customer."""
        return _CUSTOMER_IDS[self.customer]

    @property
    def effective_state(self) -> str:
        """`waiting` whenever something waits on the customer, whatever the state says."""
        return "waiting" if self.waiting else self.state

    def target_date(self, today: date) -> date | None:
        """The target launch date of a world made for this day."""
        return None if self.target is None else today + timedelta(days=self.target)


def _row(
    display_id: int, customer: str, phase: str, state: str, target: int | None, csm: str | None, age: int,
    *, se: str | None = None, designer: str | None = None, ops: str | None = None, notes: str | None = None,
) -> SeedOnboarding:  # fmt: skip
    return SeedOnboarding(
        display_id, customer, phase, state, target, csm, age, se, designer, ops, notes, waiting=state == "waiting"
    )


ONBOARDINGS = (
    _row(89, "Aurora Foods", REVIEW, "active", 9, ANA, 41, se=BEN, notes="Design sign-off with their COO on Thursday."),
    # Marked at risk in Pivotal
    _row(60, "Initech", BUILD, "at_risk", 12, ANA, 62, se=BEN, notes="Their data team has left; export still missing."),
    _row(61, "Umbra Optics", QA, "at_risk", 5, MARA, 70, se=PRIYA),
    _row(62, "Fjord Analytics", DESIGN, "at_risk", 24, MARA, 33),
    _row(63, "Riverside Homes", BUILD, "at_risk", -4, ANA, 88, se=BEN, notes="Sponsor changed twice."),
    _row(64, "Kestrel Airways", REVIEW, "at_risk", 18, JONAS, 45, designer=DESIGNER),
    # Overdue, before launch
    _row(65, "Delta Kitchens", QA, "active", -8, ANA, 75, se=BEN),
    _row(66, "Pelican Post", BUILD, "active", -9, MARA, 91, se=PRIYA),
    # Launching soon with much left to do
    _row(67, "Granite Payroll", BUILD, "active", 3, ANA, 52, se=BEN),
    _row(68, "Violet Fashion", REVIEW, "active", 4, MARA, 38, designer=DESIGNER),
    # Waiting on the customer
    _row(69, "Blue Heron Clinics", DESIGN, "waiting", 30, ANA, 40, notes="Legal has the contract annex."),
    _row(70, "Acme Corp", BUILD, "waiting", 15, MARA, 58, se=BEN),
    _row(71, "Quartz Mining", REVIEW, "waiting", None, ANA, 9),
    # Without a target, an owner or notes
    _row(72, "Tangerine Telecom", DESIGN, "active", None, MARA, 29),
    _row(73, "Willow Water", START, "active", 48, None, 9),
    _row(74, "Yarrow Pharma", START, "active", None, None, 1),
    _row(75, "North|South Freight", DESIGN, "active", None, ANA, 4),
    # Names that try a bot
    _row(76, "🚀 Moonshot Labs 🌕", BUILD, "active", 21, ANA, 47, se=BEN, notes="Ship it 🚀 <!here> & *bold* _it_"),
    _row(77, "<!channel> Logistics", QA, "active", 8, MARA, 66, se=PRIYA),
    _row(78, "Brook & Hart *Partners*", REVIEW, "active", 27, MARA, 30, designer=DESIGNER),
    _row(79, "شركة النور للتجارة", BUILD, "active", 33, ANA, 50, se=BEN),
    _row(80, "אור הצפון בע״מ", DESIGN, "active", 40, MARA, 22),
    _row(81, LONG, REVIEW, "active", 35, JONAS, 28),
    _row(82, "List & Co", BUILD, "active", 17, ANA, 49, se=BEN),
    _row(83, "Help Scouts Ltd", DESIGN, "active", 38, MARA, 20),
    # Launching this week and next
    _row(84, "Acme Group", QA, "active", 0, ANA, 80, se=BEN),
    _row(85, "Cedar & Sons", QA, "active", 1, MARA, 77, se=PRIYA),
    _row(86, "Evergreen Schools", QA, "active", 2, ANA, 79, se=BEN),
    _row(87, "Foxglove Media", QA, "active", 3, MARA, 74),
    _row(88, "Harbour Lights Hotels", QA, "active", 7, ANA, 68, se=BEN),
    _row(90, "Lumen Energy", BUILD, "active", 10, MARA, 59, se=PRIYA),
    _row(91, "Maple Insurance", QA, "active", 11, ANA, 64, se=BEN),
    # Globex has two
    _row(92, "Globex", LAUNCH, "active", -1, ANA, 96, se=BEN, notes="Headquarters."),
    _row(93, "Globex", DESIGN, "active", 44, MARA, 16, notes="Rollout for the Lyon site."),
    # Paused
    _row(94, "Ivory Tower Press", DESIGN, "paused", 26, MARA, 55, notes="Budget freeze until the new quarter."),
    _row(95, "Nimbus Storage", BUILD, "paused", -12, ANA, 84, se=BEN),
    _row(96, "Silver Birch Care", REVIEW, "paused", None, JONAS, 60),
    _row(97, "Yarrow Pharma", QA, "paused", 6, MARA, 73, se=PRIYA),
    # Launched
    _row(98, "Juniper Health", LAUNCH, "active", -3, MARA, 90, se=PRIYA),
    _row(99, "Oakfield Farms", LAUNCH, "active", -10, ANA, 94, se=BEN),
    _row(100, "Ursa Robotics", LAUNCH, "waiting", -2, JONAS, 89, se=PRIYA),
    _row(101, "Quartz Mining", LAUNCH, "active", 2, MARA, 99, se=PRIYA),
    # Early and quiet
    _row(102, "Initech", START, "active", 60, MARA, 3, notes="Second product line."),
    _row(103, "Fjord Analytics", START, "active", 55, ANA, 5),
    _row(104, "Blue Heron Clinics", START, "waiting", 52, ANA, 4),
    _row(105, "Delta Kitchens", START, "active", 63, MARA, 2),
    # In the middle of it
    _row(106, "Kestrel Airways", DESIGN, "active", 42, JONAS, 18),
    _row(107, "Umbra Optics", DESIGN, "active", 36, ANA, 19, se=BEN),
    _row(108, "Pelican Post", REVIEW, "active", 29, MARA, 31, designer=DESIGNER),
    _row(109, "Riverside Homes", REVIEW, "active", 23, ANA, 36, se=BEN),
    _row(110, "Granite Payroll", BUILD, "active", 25, MARA, 43, se=PRIYA),
    _row(111, "Foxglove Media", BUILD, "active", 20, JONAS, 46, se=PRIYA),
    _row(CLASH, "Lumen Energy", REVIEW, "active", 31, ANA, 34, se=BEN),
    _row(113, "Zephyr Bikes", BUILD, "active", 19, MARA, 48, se=PRIYA, ops="user_ops_001"),
    # Done
    _row(114, "Juniper Health", DONE, "active", -30, MARA, 150, se=PRIYA),
    _row(115, "Oakfield Farms", DONE, "active", -41, ANA, 161, se=BEN),
    _row(116, "Ursa Robotics", DONE, "active", -25, JONAS, 140),
    _row(117, "Acme Group", DONE, "active", -52, ANA, 170, se=BEN),
    _row(118, "Maple Insurance", DONE, "active", -18, MARA, 133, notes="Handed over to Devon's team."),
    _row(119, "Harbour Lights Hotels", DONE, "paused", -60, None, 180),
)
