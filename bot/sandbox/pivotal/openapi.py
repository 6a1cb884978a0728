"""The OpenAPI document that the local Pivotal serves, written from the same tables that it validates by.

The real one is at https://my.pivotal.app/api/v1/openapi.json; this one says what the public docs say of it.
"""

from typing import Any

from bot.sandbox.pivotal.operations import OPERATIONS, Operation
from bot.sandbox.pivotal.refusals import TYPES
from bot.sandbox.pivotal.resources import RESOURCES, Field, Resource
from bot.sandbox.pivotal.switches import Switches
from bot.sandbox.pivotal.validation import MOST, vocabulary

Schema = dict[str, Any]


def document(switches: Switches, *, server: str) -> Schema:
    """Write the document for the workspace's vocabulary, served at `server`."""
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, switches)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pivotal API", "version": "v1"},
        "servers": [{"url": server}],
        "security": [{"bearerAuth": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(switches),
        },
    }


def _operation(operation: Operation, switches: Switches) -> Schema:
    described: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation, switches),
        "responses": {str(operation.success): _json(operation.returns, "Success")},
    }
    for status in _refusals(operation):
        described["responses"][str(status)] = _json("Error", TYPES[status])
    if operation.takes:
        name = _body_name(operation.takes, creating=operation.method == "POST")
        described["requestBody"] = {"required": True} | {"content": _json(name, "")["content"]}
    if operation.open:
        described["security"] = []
    return described


def _refusals(operation: Operation) -> list[int]:
    statuses = {500} if operation.open else {401, 429, 500}
    if operation.lists or operation.takes:
        statuses.add(400)
    if "{id}" in operation.path or operation.method == "POST":
        statuses.add(404)
    if operation.takes:
        statuses.add(409)
    return sorted(statuses)


def _parameters(operation: Operation, switches: Switches) -> list[Schema]:
    words = vocabulary(switches)
    parameters: list[Schema] = []
    if "{id}" in operation.path:
        about = "A display id when all digits, else an id."
        parameters.append(_parameter("id", "path", {"type": "string", "minLength": 1}, about) | {"required": True})
    if operation.lists:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": switches.default_limit}
        parameters.append(_parameter("limit", "query", limit, "Rows a page"))
        cursor = {"type": "string", "format": "date-time"}
        parameters.append(_parameter("cursor", "query", cursor, "Rows strictly older than this"))
        if operation.filters:
            parameters += [
                _parameter(field.name, "query", field.kind.schema(words), f"Only this {field.name}")
                for field in operation.lists.filters
            ]
    if operation.method == "POST":
        key = {"type": "string", "minLength": 1, "maxLength": 255}
        parameters.append(_parameter("Idempotency-Key", "header", key, "Makes a repeat safe for 24 hours"))
    return parameters


def _parameter(name: str, place: str, schema: Schema, about: str) -> Schema:
    return {"name": name, "in": place, "schema": schema, "description": about}


def _json(name: str, about: str) -> Schema:
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"description": about, "content": {"application/json": {"schema": reference}}}


def _schemas(switches: Switches) -> dict[str, Schema]:
    schemas = {"Error": _error(), "Deleted": _deleted(), "Me": _me(), "Health": _health()}
    for resource in RESOURCES:
        model = resource.name.capitalize()
        schemas[model] = _record(resource, switches)
        schemas[f"{model}List"] = _list(model)
        for creating in (True, False):
            schemas[_body_name(resource, creating=creating)] = _written(resource, switches, creating=creating)
    return schemas


def _body_name(resource: Resource, *, creating: bool) -> str:
    return f"{resource.name.capitalize()}{'Create' if creating else 'Update'}"


def _property(field: Field, switches: Switches) -> Schema:
    schema = field.kind.schema(vocabulary(switches))
    if not field.null:
        return schema
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema | {"nullable": True}


def _record(resource: Resource, switches: Switches) -> Schema:
    properties = {field.name: _property(field, switches) for field in resource.fields}
    properties["object"] = {"type": "string", "enum": [resource.name]}
    return _object(properties, required=[field.name for field in resource.fields if field.shown])


def _written(resource: Resource, switches: Switches, *, creating: bool) -> Schema:
    fields = list(resource.writable(creating=creating))
    properties = {field.name: _property(field, switches) for field in fields}
    return _object(properties, required=[field.name for field in fields if creating and field.required])


def _list(model: str) -> Schema:
    properties = {
        "object": {"type": "string", "enum": ["list"]},
        "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{model}"}},
        "has_more": {"type": "boolean"},
        "next_cursor": {"type": "string", "nullable": True},
    }
    return _object(properties, required=list(properties))


def _deleted() -> Schema:
    properties = {
        "object": {"type": "string", "enum": ["deleted"]},
        "id": {"type": "string"},
        "display_id": {"type": "integer"},
        "deleted": {"type": "boolean", "enum": [True]},
    }
    return _object(properties, required=list(properties))


def _error() -> Schema:
    kinds = sorted(set(TYPES.values()))
    properties = {name: {"type": "string"} for name in ("code", "message", "field")}
    error = _object({"type": {"type": "string", "enum": kinds}} | properties, required=["type", "code", "message"])
    return _object({"error": error}, required=["error"])


def _me() -> Schema:
    key = _strings("id", "name", "prefix", "rate_limit_tier")
    key["properties"]["scopes"] = {"type": "array", "items": {"type": "string"}}
    key["required"].append("scopes")
    organization = _strings("id", "slug", "name")
    properties = {"object": {"type": "string", "enum": ["me"]}, "api_key": key, "organization": organization}
    return _object(properties, required=list(properties))


def _health() -> Schema:
    properties = {"status": {"type": "string", "enum": ["ok"]}, "timestamp": {"type": "string"}}
    return _object(properties, required=list(properties))


def _strings(*names: str) -> Schema:
    return _object({name: {"type": "string"} for name in names}, required=list(names))


def _object(properties: Schema, *, required: list[str]) -> Schema:
    described: Schema = {"type": "object", "properties": properties}
    # An empty list of required names is not allowed in OpenAPI 3.0.
    return described | ({"required": required} if required else {})
