"""The invented customers of the sample world: ordinary ones, alike ones, and those whose names try a Slack bot."""

from dataclasses import dataclass

from bot.sandbox.seed.ids import cuid

CLASH = 112
"""This number is both a customer's display id and the display id of another customer's onboarding."""

LONG = (
    "The Amalgamated Northern and Southern Cooperative Wholesale Society of Independent Grocers, Bakers, Butchers, "
    "Fishmongers and Greengrocers of the Lower Valley (Holding) AG"
)


@dataclass(frozen=True, slots=True)
class SeedCustomer:
    """One customer."""

    display_id: int
    name: str
    status: str = "onboarding"
    slack_channel_id: str | None = None

    @property
    def id(self) -> str:
        """The same on every start."""
        return cuid("customer", self.display_id)


CUSTOMERS = (
    SeedCustomer(200, "Aurora Foods"),
    SeedCustomer(201, "Acme Corp"),
    SeedCustomer(202, "Acme Group"),
    SeedCustomer(203, "Globex", slack_channel_id="C0GLOBEX1"),
    SeedCustomer(204, "List & Co"),
    SeedCustomer(205, "Help Scouts Ltd"),
    SeedCustomer(206, "🚀 Moonshot Labs 🌕"),
    SeedCustomer(207, "<!channel> Logistics"),
    SeedCustomer(208, "Brook & Hart *Partners*"),
    SeedCustomer(209, "North|South Freight"),
    SeedCustomer(210, "شركة النور للتجارة"),
    SeedCustomer(211, "אור הצפון בע״מ"),
    SeedCustomer(212, LONG),
    SeedCustomer(213, "Initech"),
    SeedCustomer(214, "Umbra Optics"),
    SeedCustomer(215, "Fjord Analytics"),
    SeedCustomer(216, "Blue Heron Clinics"),
    SeedCustomer(217, "Cedar & Sons"),
    SeedCustomer(218, "Delta Kitchens"),
    SeedCustomer(219, "Evergreen Schools"),
    SeedCustomer(220, "Foxglove Media"),
    SeedCustomer(221, "Granite Payroll"),
    SeedCustomer(222, "Harbour Lights Hotels"),
    SeedCustomer(223, "Ivory Tower Press"),
    SeedCustomer(224, "Juniper Health", "active"),
    SeedCustomer(225, "Kestrel Airways"),
    SeedCustomer(226, "Lumen Energy"),
    SeedCustomer(227, "Maple Insurance"),
    SeedCustomer(228, "Nimbus Storage"),
    SeedCustomer(229, "Oakfield Farms", "active"),
    SeedCustomer(230, "Pelican Post"),
    SeedCustomer(231, "Quartz Mining"),
    SeedCustomer(232, "Riverside Homes", "at_risk"),
    SeedCustomer(233, "Silver Birch Care"),
    SeedCustomer(234, "Tangerine Telecom"),
    SeedCustomer(235, "Ursa Robotics", "active"),
    SeedCustomer(236, "Violet Fashion"),
    SeedCustomer(237, "Willow Water"),
    SeedCustomer(238, "Yarrow Pharma"),
    SeedCustomer(CLASH, "Zephyr Bikes"),
)
