// @kafkajs/confluent-schema-registry: Avro, JSON and Protobuf, which it writes without message indexes.

const assert = require("node:assert/strict");
const { COMPATIBILITY, SchemaRegistry, SchemaType } = require("@kafkajs/confluent-schema-registry");
const { URL, logicalTypes, native, run } = require("./cases.js");

const registry = new SchemaRegistry({ host: URL }, { [SchemaType.AVRO]: { logicalTypes } });

// A message other than a schema's first one has to be named, without its package; the client remembers it by the schema's id.
function registryOf(one) {
  if (one.format !== "PROTOBUF") return registry;
  const [, name] = one.text(one.schema).match(/^package ([\w.]+);/m);
  return new SchemaRegistry({ host: URL }, { [SchemaType.PROTOBUF]: { messageName: one.message.slice(name.length + 1) } });
}

// Registers what a schema refers to, and gives the references.
async function references(one, wanted = []) {
  const named = [];
  for (const { name, subject, schema, references: inner } of wanted) {
    const proposal = { type: SchemaType[one.format], schema: one.text(schema), references: await references(one, inner) };
    await registry.register(proposal, { subject });
    named.push({ name, subject, version: 1 });
  }
  return named;
}

async function write(one) {
  const registry = registryOf(one);
  const schema = { type: SchemaType[one.format], schema: one.text(one.schema), references: await references(one, one.references) };
  const { id } = await registry.register(schema, { subject: `${one.topic}-value` });
  const messages = [];
  for (const value of one.values.map(native)) {
    // protobufjs wants enum values by their numbers, and bytes as bytes: its own `fromObject` knows both from JSON.
    const { message } = await registry.getSchema(id);
    messages.push({ message: await registry.encode(id, message ? message.fromObject(value) : value) });
  }
  return messages;
}

async function read(one, message) {
  const value = await registryOf(one).decode(message);
  // The JSON of protobufjs itself keeps 64-bit integers and enums as numbers.
  return value?.$type ? value.$type.toObject(value, { enums: String, longs: Number, bytes: String }) : value;
}

// Every call of the client.
async function calls() {
  const avro = schema => ({ type: SchemaType.AVRO, schema });
  const text = avro('{"type":"record","name":"Call","namespace":"calls","fields":[{"name":"id","type":"string"}]}');
  const wider = avro('{"type":"record","name":"Call","namespace":"calls","fields":[{"name":"id","type":"string"},{"name":"n","type":"long","default":0}]}');
  const breaking = avro('{"type":"record","name":"Call","namespace":"calls","fields":[{"name":"id","type":"long"}]}');
  const subject = "calls/of node";

  const { id: first } = await registry.register(text, { subject });
  assert.equal((await registry.register(text, { subject })).id, first);
  const { id: second } = await registry.register(wider, { subject });
  await refused(409, registry.register(breaking, { subject }));
  await assert.rejects(registry.register(wider, { subject, compatibility: COMPATIBILITY.FULL }), /Compatibility does not match/);
  // Without a subject the record's full name is one.
  const { id: named } = await registry.register(text);
  assert.equal(await registry.getLatestSchemaId("calls.Call"), named);

  assert.equal(await registry.getRegistryId(subject, 1), first);
  assert.equal(await registry.getLatestSchemaId(subject), second);
  assert.equal(await registry.getRegistryIdBySchema(subject, wider), second);
  await refused(404, registry.getRegistryId(subject, 9));
  await assert.rejects(registry.getRegistryIdBySchema(subject, breaking));

  const other = new SchemaRegistry({ host: URL });
  assert.equal((await other.getSchema(first)).name, "calls.Call");
  await refused(404, other.getSchema(4711));
  const message = await other.encode(second, { id: "a", n: 1 });
  // A reader's schema of one's own.
  const readerSchema = JSON.parse(text.schema);
  assert.deepEqual({ ...(await other.decode(message, { [SchemaType.AVRO]: { readerSchema } })) }, { id: "a" });
}

// The server refuses a call so.
async function refused(status, call) {
  await assert.rejects(call, error => {
    assert.equal(error.status, status, error.message);
    return true;
  });
}

run(write, read, calls);
