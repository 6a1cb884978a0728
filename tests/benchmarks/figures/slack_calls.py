"""One call to Slack over TLS by the bot's own client, to the same call by a bare session that keeps its connections."""

import shutil
import ssl
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.children import measured_inside, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.rounds import compared
from tests.benchmarks.upstream import QuickPivotal, QuickSlack


async def measure(rounds: int = 15, each: int = 40) -> list[Measure]:
    """The medians of `each` calls in every round; no figure where there is no `openssl` to make a certificate."""
    if shutil.which("openssl") is None:
        return []
    with TemporaryDirectory() as folder:
        home = Path(folder)
        slack, pivotal = QuickSlack(), QuickPivotal(1)
        async with slack.running(tls=_certified(home)), pivotal.running():
            found = await measured_inside(
                "calls",
                str(rounds),
                str(each),
                home=home,
                set_to=settings(home, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)
                | {"SSL_CERT_FILE": str(home / "certificate.pem")},
            )
    return [compared("slack_calls", "one message", found["ours"], found["reference"], goal=1.5, unit="ms")]


def _certified(home: Path) -> ssl.SSLContext:
    """A certificate for this machine, good for a day."""
    key, certificate = home / "key.pem", home / "certificate.pem"
    made_with = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    named = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(
        ["openssl", "req", "-x509", *made_with, *named, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
