// @confluentinc/schemaregistry, Confluent's own client: Avro, JSON and Protobuf.

const assert = require("node:assert/strict");
const { createFileRegistry, createMutableRegistry, fromBinary, fromJson, toJson } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const {
  AvroDeserializer,
  AvroSerializer,
  HeaderSchemaIdSerializer,
  JsonDeserializer,
  JsonSerializer,
  ProtobufDeserializer,
  ProtobufSerializer,
  RuleMode,
  SchemaRegistryClient,
  SerdeType,
} = require("@confluentinc/schemaregistry");
const { URL, logicalTypes, native, run } = require("./cases.js");

const client = new SchemaRegistryClient({ baseURLs: [URL] });

// Registers what a schema refers to, and gives the references.
async function references(one, wanted = []) {
  const named = [];
  for (const { name, subject, schema, references: inner } of wanted) {
    const info = { schemaType: one.format, schema: one.text(schema), references: await references(one, inner) };
    const { version } = await client.registerFullResponse(subject, info);
    named.push({ name, subject, version: version ?? await client.getVersion(subject, info) });
  }
  return named;
}

// The descriptor that the code from protoc-gen-es holds, made of protoc's.
function descriptor(one) {
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, one.bytes("descriptors.binpb")));
  return files.getMessage(one.message);
}

async function write(one) {
  const settings = one.inHeader ? { schemaIdSerializer: HeaderSchemaIdSerializer } : {};
  let serializer;
  let values = one.values.map(native);
  if (one.format === "PROTOBUF") {
    const message = descriptor(one);
    // Registers by itself; the two others would register what they guess from the value.
    settings.autoRegisterSchemas = true;
    settings.registry = createMutableRegistry(message);
    serializer = new ProtobufSerializer(client, SerdeType.VALUE, settings);
    values = one.values.map(value => fromJson(message, value));
  } else {
    const info = { schemaType: one.format, schema: one.text(one.schema), references: await references(one, one.references) };
    await client.register(`${one.topic}-value`, info);
    settings.useLatestVersion = true;
    serializer = one.format === "AVRO"
      ? new AvroSerializer(client, SerdeType.VALUE, { ...settings, logicalTypes })
      : new JsonSerializer(client, SerdeType.VALUE, settings);
  }
  const messages = [];
  for (const value of values) {
    const headers = one.inHeader ? {} : undefined;
    const message = await serializer.serialize(one.topic, value, headers);
    messages.push({ message, header: headers?.__value_schema_id });
  }
  return messages;
}

async function read(one, message, header) {
  const headers = header ? { __value_schema_id: header } : undefined;
  if (one.format === "PROTOBUF") {
    const value = await new ProtobufDeserializer(client, SerdeType.VALUE, {}).deserialize(one.topic, message, headers);
    assert.equal(value.$typeName, one.message);
    return toJson(descriptor(one), value, { useProtoFieldName: true });
  }
  const deserializer = one.format === "AVRO"
    ? new AvroDeserializer(client, SerdeType.VALUE, { logicalTypes })
    : new JsonDeserializer(client, SerdeType.VALUE, {});
  return await deserializer.deserialize(one.topic, message, headers);
}

// Every call of the client that Confluent's server answers.
async function calls() {
  const avro = schema => ({ schemaType: "AVRO", schema });
  const text = avro('{"type":"record","name":"Call","fields":[{"name":"id","type":"string"}]}');
  const wider = avro('{"type":"record","name":"Call","fields":[{"name":"id","type":"string"},{"name":"n","type":"long","default":0}]}');
  const breaking = avro('{"type":"record","name":"Call","fields":[{"name":"id","type":"long"}]}');
  const subject = "calls";

  assert.deepEqual(await client.getAllSubjects(), []);
  await refused(404, 40401, client.getId(subject, text));
  const first = await client.register(subject, text);
  assert.equal(await client.register(subject, text, true), first);
  const { id: second } = await client.registerFullResponse(subject, wider);
  assert.notEqual(second, first);
  await refused(409, 409, client.register(subject, breaking));
  await refused(422, 42201, client.register(subject, avro("{")));

  client.clearCaches();
  assert.equal((await client.getBySubjectAndId(subject, first)).schema, text.schema);
  const { guid } = await client.getSchemaMetadata(subject, 1);
  assert.equal((await client.getByGuid(guid)).schema, text.schema);
  assert.equal(await client.getId(subject, text), first);
  assert.equal((await client.getIdFullResponse(subject, wider)).id, second);
  assert.equal(await client.getVersion(subject, wider), 2);
  await refused(404, 40403, client.getId(subject, breaking));
  assert.equal((await client.getLatestSchemaMetadata(subject)).version, 2);
  await refused(404, 40402, client.getSchemaMetadata(subject, 9));
  assert.deepEqual(await client.getAllVersions(subject), [1, 2]);
  assert.deepEqual(await client.getAllSubjects(), [subject]);

  assert.equal(await client.testSubjectCompatibility(subject, wider), true);
  assert.equal(await client.testSubjectCompatibility(subject, breaking), false);
  assert.equal(await client.testCompatibility(subject, 1, breaking), false);

  const rule = { name: "check", kind: "CONDITION", mode: RuleMode.WRITE, type: "CEL", expr: "message.id != ''" };
  await client.register("contract", { ...text, metadata: { properties: { owner: "ada" } }, ruleSet: { domainRules: [rule] } });
  const found = await client.getLatestWithMetadata("contract", { owner: "ada" });
  assert.equal(found.metadata.properties.owner, "ada");
  assert.equal(found.ruleSet.domainRules[0].expr, rule.expr);
  await refused(404, undefined, client.getLatestWithMetadata("contract", { owner: "grace" }));

  assert.equal(await client.getDefaultCompatibility(), "BACKWARD");
  await refused(404, 40408, client.getCompatibility(subject));
  assert.equal(await client.updateCompatibility(subject, "FULL"), "FULL");
  assert.equal(await client.getCompatibility(subject), "FULL");
  await refused(422, 42203, client.updateCompatibility(subject, "SIDEWAYS"));
  assert.equal((await client.updateConfig(subject, { compatibilityGroup: "team" })).compatibilityGroup, "team");
  const config = await client.getConfig(subject);
  assert.equal(config.compatibilityLevel, "FULL");
  assert.equal(config.compatibilityGroup, "team");
  assert.equal(await client.updateDefaultCompatibility("NONE"), "NONE");
  assert.equal((await client.getDefaultConfig()).compatibilityLevel, "NONE");
  await client.updateDefaultConfig({ compatibility: "BACKWARD" });
  assert.equal(await client.getDefaultCompatibility(), "BACKWARD");

  assert.equal(await client.deleteSubjectVersion(subject, 1), 1);
  assert.deepEqual(await client.getAllVersions(subject), [2]);
  assert.equal(await client.deleteSubjectVersion(subject, 1, true), 1);
  assert.deepEqual(await client.deleteSubject(subject), [2]);
  assert.deepEqual(await client.deleteSubject(subject, true), [2]);
  await refused(404, 40401, client.deleteSubject(subject));

  // Confluent's own server for machines of one's own has no associations either.
  await refused(404, undefined, client.getAssociationsByResourceName("orders", "-", "topic", ["value"], null, 0, -1));
  await client.close();
}

// The server refuses a call so.
async function refused(status, code, call) {
  await assert.rejects(call, error => {
    assert.equal(error.status, status, error.message);
    if (code) assert.equal(error.errorCode, code, error.message);
    return true;
  });
}

run(write, read, calls);
