"""Fills a workspace: with the sample world, or with as many onboardings as a measurement wants."""

from datetime import UTC, date, datetime, time, timedelta

from bot.sandbox import seed
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.resources import CUSTOMER, ONBOARDING
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.timeline import EVENTS, Entry
from bot.sandbox.pivotal.world import World, slug

EDITOR = "Ana Ruiz"
"""Who made the sample world's changes, as far as its timelines tell."""


def sample_world(world: World, *, today: date) -> None:
    """Load the sample world, its dates around `today`."""
    world.emails.update({person.pivotal_id: person.email for person in seed.people()})
    noon = datetime.combine(today, time(12), UTC)
    for position, customer in enumerate(seed.CUSTOMERS):
        values = {name: getattr(customer, name) for name in ("id", "display_id", "name", "status", "slack_channel_id")}
        values |= {"slug": slug(customer.name) or f"customer-{customer.display_id}", "plan": "standard"}
        values["domain"] = f"{values['slug'][:60]}.example"
        values["created_at"] = stamp(noon - timedelta(days=200 - position, minutes=customer.display_id))
        world.customers.add(world.complete(CUSTOMER, values))
    world.onboardings.add_many(_onboarding(world, onboarding, today=today) for onboarding in seed.ONBOARDINGS)
    for observation in seed.history(today):
        _remember(world, observation)


def _onboarding(world: World, onboarding: seed.SeedOnboarding, *, today: date) -> Record:
    created = stamp(
        datetime.combine(today, time(9), UTC) - timedelta(days=onboarding.age, minutes=onboarding.display_id)
    )
    target = onboarding.target_date(today)
    values = {
        name: getattr(onboarding, name)
        for name in ("id", "display_id", "customer_id", "phase", "state", "csm_id", "se_id", "designer_id")
    } | {
        "product_ops_id": onboarding.product_ops_id,
        "notes": onboarding.notes,
        "waiting_on_customer": onboarding.waiting,
        "target_launch_date": f"{target}T00:00:00.000Z" if target else None,
        "completed_at": f"{target}T15:00:00.000Z" if target and onboarding.phase == world.switches.phases[-1] else None,
        "created_at": created,
    }
    world.note(onboarding.id, Entry(created, EDITOR, "created"))
    return world.complete(ONBOARDING, values)


def _remember(world: World, observation: seed.SeedObservation) -> None:
    # The bot saw the change on a walk; it was made a little before.
    at = stamp(observation.seen_at - timedelta(minutes=20))
    record = world.onboardings.rows[observation.onboarding_id]
    record["updated_at"] = max(record["updated_at"], at)
    entry = Entry(at, EDITOR, EVENTS[observation.field], observation.before, observation.after)
    world.note(observation.onboarding_id, entry)


def many(world: World, count: int, *, customers: int, phases: tuple[str, ...], states: tuple[str, ...]) -> None:
    """Load so many onboardings, a minute apart and older than everything there is, spread over so many customers."""
    last = min((table.oldest() or stamp(world.clock())) for table in (world.customers, world.onboardings))
    end = datetime.fromisoformat(last)
    number = world.customers.next_number()
    world.customers.add_many(
        world.complete(
            CUSTOMER,
            {
                "name": f"Customer {number + position}",
                "display_id": number + position,
                "created_at": stamp(end - timedelta(minutes=customers - position)),
            },
        )
        for position in range(customers)
    )
    ids = [record["id"] for record in world.customers.newest_first()][-customers:]
    first = world.onboardings.next_number()
    world.onboardings.add_many(
        world.complete(
            ONBOARDING,
            {
                "display_id": first + position,
                "customer_id": ids[position % customers],
                "phase": phases[position % len(phases)],
                "state": states[position % len(states)],
                "csm_id": f"user_csm_{position % 7:03d}",
                "target_launch_date": f"{(end + timedelta(days=position % 90)).date()}T00:00:00.000Z",
                "created_at": stamp(end - timedelta(minutes=count - position)),
            },
        )
        for position in range(count)
    )
