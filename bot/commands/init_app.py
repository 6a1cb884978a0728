"""The second step of `init`: what the Slack app is made from, as a link for a new one, or as what there is to paste."""

from collections.abc import Callable, Collection

from bot.commands import init_questions as ask_for
from bot.commands import manifest as script
from bot.commands.init_asking import Asker
from bot.commands.init_checks import Unfit, looks, public
from bot.commands.init_values import Values
from bot.listeners.manifest import Names, as_link, command, manifest


def describe(values: Values, ask: Asker, *, http: bool, url: str | None, extras: Callable[[], Collection[str]]) -> None:
    """Say what the app is made from, and keep the address that Slack is to call.

    `url` is what the command line gave; `extras` finds out which optional features an app has that is there. Raises
    Unfit for an address that cannot be used.
    """
    if url and not http:
        raise Unfit("An address is for HTTP mode: --http --url ….")
    names = Names(values.now("bot_command"), values.now("bot_alias"))
    turned = http != values.was_http
    address = (url or values.now("public_url")) if http else ""
    if http and not address and ask.asks and (values.new or turned):
        address = ask.value(ask_for.ADDRESS, public)
    if address:
        looks("public_url", address)
    if http or turned:
        values.wanted["public_url"] = address
    if values.new:
        _new(names, ask, http=http, url=address)
        return
    renamed = names != Names(values.before("bot_command"), values.before("bot_alias"))
    if turned or renamed or (http and address != values.before("public_url")):
        line = script.line(names, http=http, url=address, extras=extras())
        ask.say(f"The app changes. Paste what this prints under App Manifest in its settings:\n{line}")
    else:
        ask.say(f"{command(extras())} prints what the app is made from, to paste under App Manifest.")


def _new(names: Names, ask: Asker, *, http: bool, url: str) -> None:
    line = script.line(names, http=http, url=url)
    if http and not url:
        ask.say(f"With your own address, this prints what the app is made from:\n{line} --link")
        return
    ask.say("Open this link, choose your workspace, and press Next, then Create:")
    ask.say(as_link(manifest(names, request_url=script.request_url(url) if url else None)))
    plain = command() if names == Names() and not http else line
    ask.say(f"Or paste what {plain} prints: api.slack.com/apps > Create New App > From a manifest.")
    ask.pause("Press Enter when the app is there. ")
