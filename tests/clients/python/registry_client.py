"""python-schema-registry-client: Avro and JSON. It knows no references."""

import asyncio

from schema_registry.client import AsyncSchemaRegistryClient, SchemaRegistryClient, schema
from schema_registry.client.errors import ClientError
from schema_registry.serializers import AvroMessageSerializer, JsonMessageSerializer

import cases

client = SchemaRegistryClient(cases.URL)
SERIALIZERS = {"AVRO": AvroMessageSerializer, "JSON": JsonMessageSerializer}
SCHEMAS = {"AVRO": schema.AvroSchema, "JSON": schema.JsonSchema}


def write(case):
    serializer = SERIALIZERS[case.format](client)
    parsed = SCHEMAS[case.format](case.text(case.schema))
    for value in case.values:
        yield serializer.encode_record_with_schema(f"{case.topic}-value", parsed, cases.native(value)), None


def read(case, message, _header):
    return SERIALIZERS[case.format](client).decode_message(message)


def calls():
    """Every call of the client, and those of its asynchronous twin that differ in nothing but the waiting."""
    fields = [{"name": "id", "type": "string"}]
    text = {"type": "record", "name": "Call", "fields": fields}
    wider = {**text, "fields": [*fields, {"name": "n", "type": "long", "default": 0}]}
    breaking = {**text, "fields": [{"name": "id", "type": "long"}]}
    subject = "calls"

    assert client.get_subjects() == []
    assert client.check_version(subject, text) is None
    assert client.get_schema(subject) is None
    first = client.register(subject, text)
    second = client.register(subject, wider)
    assert second != first
    assert refused(409, client.register, subject, breaking)

    # Another client has nothing in its cache.
    other = SchemaRegistryClient(cases.URL)
    assert other.register(subject, text) == first
    assert other.check_version(subject, text).version == 1
    assert other.get_by_id(first).raw_schema == text
    assert other.get_by_id(4711) is None
    assert [(it.subject, it.version) for it in other.get_schema_subject_versions(second)] == [(subject, 2)]
    assert other.get_schema(subject).schema_id == second
    assert other.get_schema(subject, 1).schema_id == first
    assert other.get_versions(subject) == [1, 2]
    assert other.get_subjects() == [subject]

    assert client.test_compatibility(subject, wider)
    assert not client.test_compatibility(subject, breaking)
    verdict = client.test_compatibility(subject, breaking, version=1, verbose=True)
    assert not verdict["is_compatible"] and verdict["messages"]
    assert not client.test_compatibility("unknown", wider, version=1)

    assert client.get_compatibility() == "BACKWARD"
    assert refused(404, client.get_compatibility, subject)
    assert client.update_compatibility("FULL", subject)
    assert client.get_compatibility(subject) == "FULL"
    assert client.update_compatibility("NONE")
    assert client.get_compatibility() == "NONE"

    assert client.delete_version(subject, 1) == 1
    assert client.delete_version(subject, 1) is None
    assert client.delete_subject(subject) == [2]
    assert client.delete_subject(subject) == []
    assert client.get_subjects() == []

    json_schema = schema.JsonSchema({"type": "object", "properties": {"id": {"type": "string"}}})
    assert client.register("documents", json_schema) == asyncio.run(later("documents", json_schema))


async def later(subject, parsed):
    waiting = AsyncSchemaRegistryClient(cases.URL)
    schema_id = await waiting.register(subject, parsed)
    assert (await waiting.get_schema(subject)).schema_id == schema_id
    return schema_id


def refused(status, call, *arguments):
    """Whether the server refuses a call so."""
    try:
        call(*arguments)
    except ClientError as error:
        assert error.http_code == status, error
        return True
    return False


if __name__ == "__main__":
    cases.run(write, read, calls)
