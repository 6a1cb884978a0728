"""The tables as they are now; the migrations lead there, and a test compares the two.

Columns are named like the fields of the records they hold. There are no foreign keys between them: the ledger, the
audit and the observations outlive what they speak of.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Time,
    false,
    true,
)

from bot.store.columns import Instant, String, Text

metadata = MetaData()

# SQLite numbers rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
_Number = BigInteger().with_variant(Integer(), "sqlite")

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("days", String, nullable=False),
    Column("at", Time, nullable=False),
    Column("zone", String, nullable=False),
    Column("creator", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("filters", Text, nullable=False),
    Column("paused", Text),
    Column("mentions", Boolean, nullable=False, server_default=false()),
    Column("quiet", Boolean, nullable=False, server_default=true()),
    Column("holidays", String, nullable=False, server_default=""),
    Column("on_holiday", String, nullable=False, server_default="move"),
    Index("subscriptions_by_channel", "channel"),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("channel", String, primary_key=True),
    Column("onboarding_id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen", Text, nullable=False),
    Index("snoozes_by_onboarding", "onboarding_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("subscription_id", String, primary_key=True),
    Column("slot", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("channel", String, nullable=False),
    Column("ts", String),
    Column("said", JSON(none_as_null=True)),
    Column("reason", Text),
    Column("message", JSON(none_as_null=True)),
    Column("token", String, nullable=False, server_default=""),
    Column("sealed", Date),
    Index("deliveries_by_status", "status"),
    Index("deliveries_by_message", "channel", "ts"),
)

claims = Table(
    "claims",
    metadata,
    Column("key", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("token", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("expires_at", Instant),
    Index("claims_by_expiry", "expires_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("slack_id", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("action", String, nullable=False),
    Column("onboarding_id", String),
    Column("title", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("reason", Text),
    Index("audit_by_onboarding", "onboarding_id", "number"),
)

people = Table(
    "people",
    metadata,
    Column("pivotal_id", String, primary_key=True),
    Column("slack_id", String),
    Column("name", Text),
    Column("email", Text),
    Column("learned", String, nullable=False),
    Column("confirmed", Boolean, nullable=False, server_default=true()),
    Index("people_by_slack_id", "slack_id"),
)

cards = Table(
    "cards",
    metadata,
    Column("channel", String, primary_key=True),
    Column("ts", String, primary_key=True),
    Column("onboarding_id", String, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("shared_by", String, nullable=False),
    Column("drawn", Text),
    Index("cards_by_onboarding", "onboarding_id", "posted_at"),
)

posts = Table(
    "posts",
    metadata,
    Column("channel", String, primary_key=True),
    Column("ts", String, primary_key=True),
    Column("posted_at", Instant, nullable=False),
)

onboardings = Table(
    "onboardings",
    metadata,
    Column("id", String, primary_key=True),
    Column("display_id", BigInteger, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("state", String, nullable=False),
    Column("name", Text),
    Column("waiting_on_customer", Boolean),
    Column("target_launch_date", Date),
    Column("csm_id", String),
    Column("se_id", String),
    Column("designer_id", String),
    Column("product_ops_id", String),
    Column("started_at", Instant),
    Column("created_at", Instant),
    Column("updated_at", Instant),
    Column("written", BigInteger, nullable=False, server_default="0"),
    Column("met_at", Instant),
)

customers = Table(
    "customers",
    metadata,
    Column("id", String, primary_key=True),
    Column("display_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", Text),
    Column("slack_channel_id", String),
    Column("written", BigInteger, nullable=False, server_default="0"),
)

removals = Table(
    "removals",
    metadata,
    Column("onboarding_id", String, primary_key=True),
    Column("written", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("as_of", Instant),
    Column("full_at", Instant),
    Column("customers_at", Instant),
    Column("written", BigInteger, nullable=False, server_default="0"),
)

observations = Table(
    "observations",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("onboarding_id", String, nullable=False),
    Column("field", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("seen_at", Instant, nullable=False),
    Column("source", String, nullable=False),
    Index("observations_by_onboarding", "onboarding_id", "number"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("record", String, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", Instant),
    Index("inbox_by_due", "done_at", "due_at"),
    Index("inbox_by_record", "record"),
    Index("inbox_by_arrival", "received_at"),
)

follows = Table(
    "follows",
    metadata,
    Column("slack_id", String, primary_key=True),
    Column("onboarding_id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("zone", String, nullable=False),
    Column("channel", String),
    Column("ts", String),
    Column("told", JSON(none_as_null=True)),
    Column("due_at", Instant),
    Index("follows_by_onboarding", "onboarding_id"),
    Index("follows_by_due", "due_at"),
)

salt = Table(
    "salt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", String, nullable=False),
)
