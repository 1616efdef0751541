"""confluent-kafka, Confluent's own client: Avro, JSON and Protobuf with the settings it has by default."""

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Metadata,
    MetadataProperties,
    Rule,
    RuleKind,
    RuleMode,
    RuleSet,
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    SchemaRegistryError,
    ServerConfig,
    header_schema_id_serializer,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

import cases

client = SchemaRegistryClient({"url": cases.URL})


def schema(case):
    """The schema with its references, which are registered first; that of Protobuf the serializer registers by itself."""
    return Schema(case.text(case.schema), case.format, references(case, case.references))


def references(case, wanted):
    named = []
    for reference in wanted:
        text = case.text(reference["schema"])
        inner = references(case, reference.get("references", []))
        client.register_schema(reference["subject"], Schema(text, case.format, inner))
        version = client.get_latest_version(reference["subject"]).version
        named.append(SchemaReference(reference["name"], reference["subject"], version))
    return named


def message_class(case):
    """The class that protoc would generate, made of protoc's descriptors."""
    pool = descriptor_pool.DescriptorPool()
    files = descriptor_pb2.FileDescriptorSet.FromString((case.directory / "descriptors.binpb").read_bytes())
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(case.message))


def write(case):
    settings = {"schema.id.serializer": header_schema_id_serializer} if case.in_header else {}
    match case.format:
        case "AVRO":
            serialize = AvroSerializer(client, schema(case), conf=settings)
        case "JSON":
            serialize = JSONSerializer(schema(case), client, conf=settings)
        case "PROTOBUF":
            message_type = message_class(case)
            serialize = ProtobufSerializer(message_type, client, conf=settings)
    for value in case.values:
        context = SerializationContext(case.topic, MessageField.VALUE, {} if case.in_header else None)
        if case.format == "PROTOBUF":
            value = json_format.ParseDict(value, message_type())
        else:
            value = cases.native(value)
        message = serialize(value, context)
        yield message, context.headers["__value_schema_id"] if case.in_header else None


def read(case, message, header):
    match case.format:
        case "AVRO":
            deserialize = AvroDeserializer(client)
        case "JSON":
            deserialize = JSONDeserializer(None, schema_registry_client=client)
        case "PROTOBUF":
            deserialize = ProtobufDeserializer(message_class(case), schema_registry_client=client)
    headers = None if header is None else {"__value_schema_id": header}
    value = deserialize(message, SerializationContext(case.topic, MessageField.VALUE, headers))
    if case.format == "PROTOBUF":
        return json_format.MessageToDict(value, preserving_proto_field_name=True)
    return value


def calls():
    """Every call of the client that Confluent's server answers, once for what it gives and once for what it refuses."""
    text = '{"type":"record","name":"Call","fields":[{"name":"id","type":"string"}]}'
    wider = '{"type":"record","name":"Call","fields":[{"name":"id","type":"string"},{"name":"n","type":"long","default":0}]}'
    breaking = '{"type":"record","name":"Call","fields":[{"name":"id","type":"long"}]}'
    subject = "calls/of python"

    assert set(client.get_schema_types()) >= {"AVRO", "JSON", "PROTOBUF"}
    assert client.get_subjects() == []
    assert refused(404, 40401, client.lookup_schema, subject, Schema(text))

    first = client.register_schema(subject, Schema(text))
    assert client.register_schema(subject, Schema(text), normalize_schemas=True) == first
    full = client.register_schema_full_response(subject, Schema(wider))
    second = full.schema_id
    assert second != first
    assert refused(409, 409, client.register_schema, subject, Schema(breaking))
    assert refused(422, 42201, client.register_schema, subject, Schema("{"))

    client.clear_caches()
    assert client.get_schema(first).schema_str == text
    assert client.get_schema(first, subject_name=subject).schema_str == text
    guid = client.get_version(subject, 1).guid
    assert client.get_schema_by_guid(guid).schema_str == text
    assert client.lookup_schema(subject, Schema(text)).version == 1
    assert refused(404, 40403, client.lookup_schema, subject, Schema(breaking))
    assert client.get_subjects() == [subject]
    assert client.get_subjects(subject_prefix="calls", limit=1) == [subject]
    assert client.get_subjects(subject_prefix="other") == []
    assert client.get_subjects_by_schema_id(first) == [subject]
    assert [(it.subject, it.version) for it in client.get_schema_versions(second)] == [(subject, 2)]
    assert client.get_versions(subject) == [1, 2]
    assert client.get_versions(subject, offset=1, limit=1) == [2]
    assert client.get_latest_version(subject).schema_id == second
    assert client.get_version(subject, "latest").version == 2
    assert refused(404, 40402, client.get_version, subject, 9)

    assert client.test_compatibility(subject, Schema(wider))
    assert not client.test_compatibility(subject, Schema(breaking), version=1, verbose=True)
    assert client.test_compatibility_all_versions(subject, Schema(wider))
    assert not client.test_compatibility_all_versions(subject, Schema(breaking))

    outer = '{"type":"record","name":"Outer","fields":[{"name":"call","type":"Call"}]}'
    outer_id = client.register_schema("outer", Schema(outer, "AVRO", [SchemaReference("Call", subject, 1)]))
    assert client.get_referenced_by(subject, 1) == [outer_id]
    assert refused(422, 42206, client.delete_version, subject, 1)

    metadata = Metadata(None, MetadataProperties({"owner": "ada"}), None)
    rule = Rule("check", None, RuleKind.CONDITION, RuleMode.WRITE, "CEL", None, None, "message.id != ''", None, None, False)
    rules = RuleSet(None, [rule])
    client.register_schema("contract", Schema(text, metadata=metadata, rule_set=rules))
    found = client.get_latest_with_metadata("contract", {"owner": "ada"})
    assert found.schema.metadata.properties == metadata.properties
    assert found.schema.rule_set.domain_rules[0].expr == rule.expr
    assert refused(404, None, client.get_latest_with_metadata, "contract", {"owner": "grace"})

    assert client.get_compatibility() == "BACKWARD"
    assert refused(404, 40408, client.get_compatibility, subject)
    assert client.set_compatibility(subject, "full")["compatibility"] == "FULL"
    assert client.get_compatibility(subject) == "FULL"
    assert refused(422, 42203, client.set_compatibility, subject, "sideways")
    assert client.set_config(subject, ServerConfig(compatibility=ConfigCompatibilityLevel.NONE, compatibility_group="team"))
    config = client.get_config(subject)
    assert config.compatibility_level == ConfigCompatibilityLevel.NONE and config.compatibility_group == "team"
    assert client.delete_config(subject).compatibility_level == ConfigCompatibilityLevel.NONE
    assert client.set_compatibility(level="FULL_TRANSITIVE") == {"compatibility": "FULL_TRANSITIVE"}
    assert client.get_config().compatibility_level == ConfigCompatibilityLevel.FULL_TRANSITIVE
    client.delete_config()
    assert client.get_compatibility() == "BACKWARD"

    assert client.get_global_mode() == "READWRITE"
    assert refused(404, 40409, client.get_mode, subject)
    assert client.update_mode(subject, "READONLY") == "READONLY"
    assert client.get_mode(subject) == "READONLY"
    assert refused(422, 42205, client.register_schema, subject, Schema('"string"'))
    assert client.delete_mode(subject) == "READONLY"
    assert refused(422, 42204, client.update_mode, subject, "SIDEWAYS")
    assert client.update_global_mode("READONLY") == "READONLY"
    assert client.update_global_mode("READWRITE") == "READWRITE"
    assert client.update_mode("imported", "IMPORT", force=True) == "IMPORT"

    assert client.get_contexts() == ["."]
    inner = client.register_schema(":.team:calls", Schema(text))
    assert client.get_schema(inner, subject_name=":.team:calls").schema_str == text
    assert client.get_contexts() == [".", ".team"]
    assert client.get_contexts(offset=1, limit=1) == [".team"]

    assert refused(404, 40401, client.delete_subject, "unknown")
    assert client.delete_subject("outer") == [1]
    assert refused(404, 40404, client.delete_subject, "outer")
    assert client.delete_subject("outer", permanent=True) == [1]
    assert client.delete_version(subject, 1) == 1
    assert client.get_versions(subject) == [2]
    assert client.get_versions(subject, deleted=True) == [1, 2]
    assert client.get_version(subject, 1, deleted=True).version == 1
    assert client.delete_version(subject, 1, permanent=True) == 1
    assert refused(404, 40405, client.delete_subject, subject, True)
    assert client.delete_subject(subject) == [2]
    assert client.delete_subject(subject, permanent=True) == [2]
    assert subject not in client.get_subjects(deleted=True)

    # Confluent's own server for machines of one's own has no associations either.
    assert refused(404, None, client.get_associations_by_resource_name, "orders", "-")


def refused(status, code, call, *arguments):
    """Whether the server refuses a call so."""
    try:
        call(*arguments)
    except SchemaRegistryError as error:
        assert (error.http_status_code, error.error_code if code else None) == (status, code), error
        return True
    return False


if __name__ == "__main__":
    cases.run(write, read, calls)
