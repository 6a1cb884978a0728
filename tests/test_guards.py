"""What nobody should have to remember: features are registered, buttons have handlers, listeners only ack."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from bot import views
from bot.listeners import FEATURES, bolt, closing, door, http, sockets
from bot.listeners.feature import Feature, Registry

LISTENERS = Path(door.__file__).parent
VIEWS = Path(views.__file__).parent
LISTENS = ("action", "command", "event", "options", "shortcut", "view")


def constants(folder):
    """Every action id that a view defines, by its constant's name."""
    found = {}
    for path in folder.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                value = node.value.value
                if isinstance(value, str) and value.startswith("ob:"):
                    found[value] = path.name
    return found


def functions(path):
    return {node.name: node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.AsyncFunctionDef)}


def test_every_conversation_is_registered_once():
    modules = [importlib.import_module(f"bot.listeners.{path.stem}") for path in LISTENERS.glob("[!_]*.py")]
    written = [module.feature for module in modules if isinstance(getattr(module, "feature", None), Feature)]

    assert len(FEATURES) == len(set(map(id, FEATURES)))
    assert set(map(id, written)) == set(map(id, FEATURES))


def test_every_button_has_a_handler_and_every_handler_a_button():
    registry = Registry(FEATURES)
    drawn = set(constants(VIEWS))

    assert registry.buttons.keys() <= drawn
    assert drawn <= {*registry.buttons, *registry.forms, *registry.searches, *registry.shortcuts}


def test_button_ids_are_named_once_and_nowhere_spelled_out():
    spelled_out = [
        f"{path.name}:{node.lineno}"
        for folder in (LISTENERS, VIEWS)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"ob:\w", node.value)
    ]

    assert len(spelled_out) == len(constants(VIEWS))


def test_two_commands_cannot_answer_to_one_word():
    first, second = Feature("One"), Feature("Two")

    @first.command("at-risk", tells="…")
    @second.command("AtRisk", tells="…")
    async def handler(turn):
        return None

    with pytest.raises(ValueError, match="two commands answer to"):
        Registry((first, second))


def test_two_handlers_cannot_have_one_button():
    first, second = Feature("One"), Feature("Two")

    @first.button("ob:same")
    @second.button("ob:same")
    async def handler(turn):
        return None

    with pytest.raises(ValueError, match="two handlers for"):
        Registry((first, second))


def test_every_verb_is_explained_with_an_example():
    commands = [command for feature in FEATURES for command in feature.commands]

    assert len(Registry(FEATURES).verbs) == sum(1 + len(command.synonyms) for command in commands)
    assert [command.verb for command in commands if not command.tells or not command.examples] == []


def test_bolt_has_one_listener_for_each_kind_of_request():
    registered = [
        node.func.attr
        for path in Path(door.__file__).parents[1].rglob("*.py")
        if "sandbox" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "bolt"
        and node.func.attr in (*LISTENS, "use", "middleware", "message", "error")
    ]

    assert sorted(registered) == sorted(LISTENS)


@pytest.mark.parametrize("listener", ["on_command", "on_action", "on_shortcut", "on_event", "on_form", "on_search"])
def test_listener_awaits_nothing_but_the_acknowledgement(listener):
    awaited = [
        ast.unparse(node.value.func)
        for node in ast.walk(functions(Path(door.__file__))[listener])
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call)
    ]

    first_who_asks = {"self._found"} if listener == "on_search" else set()  # the options are the acknowledgement
    assert set(awaited) == {"ack"} | first_who_asks


@pytest.mark.parametrize(
    ("room", "name", "allowed"),
    [
        (http, "receive", {"bodies.read(", "bolt.async_dispatch(", "to_aiohttp_response("}),
        (closing, "admit", {"handler("}),
        (sockets, "_on_message", set()),
        (sockets, "_on_close", set()),
        (sockets, "_on_request", {"run_async_bolt_app(", "self._open_line(", "send_async_response("}),
        (bolt, "authorize", set()),
    ],
)
def test_on_its_way_to_bolt_a_request_waits_for_nothing_of_ours(room, name, allowed):
    way = functions(Path(room.__file__))[name]
    awaited = {ast.unparse(node.value) for node in ast.walk(way) if isinstance(node, ast.Await)}
    held = [node for node in ast.walk(way) if isinstance(node, ast.AsyncFor | ast.AsyncWith)]

    assert {said[: said.find("(") + 1] for said in awaited} == allowed
    assert held == []


def test_only_delivery_shows_others_anything_and_only_answering_answers_in_private():
    posts = {
        f"{path.relative_to(LISTENERS.parent)}: {name}"
        for path in LISTENERS.parent.rglob("*.py")
        if path.parent.name != "delivery" and not {"sandbox", "pivotal"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (getattr(node, "attr", None) or getattr(node, "id", None),)
        if name and re.match(r"(chat|files)_[a-z]|api_call$|AsyncWebhookClient$|AsyncRespond$|AsyncSay$", name)
    }

    assert posts == {"listeners/answering.py: AsyncWebhookClient"}


def test_what_people_are_told_to_type_begins_with_the_command():
    verbs = {word for feature in FEATURES for one in feature.commands for word in (one.verb, *one.synonyms)}
    bare = [
        f"{path.name}:{node.lineno}: {typed[0]}"
        for path in LISTENERS.parent.rglob("*.py")
        if path.name != "__main__.py" and not {"sandbox", "commands", "pivotal"} & set(path.parts)
        for node, said in spoken(ast.parse(path.read_text()))
        for typed in re.finditer(r"`([\w-]+)(?=[ `])", said)
        if typed[1] in verbs
    ]

    assert bare == []


def spoken(tree):
    """The strings of a module that are no docstrings, and no comments in the form of one."""
    silent = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node, node.value
