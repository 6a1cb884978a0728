"""The vendor's people in the sample world, as the bot's people map knows them."""

from dataclasses import dataclass

ANA, MARA, JONAS = "user_csm_001", "user_csm_002", "user_csm_003"
BEN, PRIYA = "user_se_001", "user_se_002"
DESIGNER = "user_designer_001"
"""In nobody's people map: owners of this id show as unmapped."""


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """A Pivotal user; `slack_id` is None for those who are not linked to Slack."""

    pivotal_id: str
    slack_id: str | None
    name: str
    email: str


def people() -> list[SeedPerson]:
    """Everybody whose Pivotal id the demo's bot can name."""
    return [
        SeedPerson(ANA, "U0ANA0001", "Ana Ruiz", "ana.ruiz@larkspur.example"),
        SeedPerson(MARA, "U0MARA001", "Mara Kowalski", "mara.kowalski@larkspur.example"),
        SeedPerson(BEN, "U0BEN0001", "Ben Okafor", "ben.okafor@larkspur.example"),
        SeedPerson(JONAS, None, "Jonas Weber", "jonas.weber@larkspur.example"),
        SeedPerson(PRIYA, None, "Priya Nair", "priya.nair@larkspur.example"),
    ]
