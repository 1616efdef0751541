// Program confluent is confluent-kafka-go, Confluent's own client: Avro, JSON and Protobuf.
package main

import (
	"encoding/json"
	"errors"
	"reflect"

	"clients/cases"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rest"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/protobuf"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

var client = cases.Must(schemaregistry.NewClient(schemaregistry.NewConfig(cases.URL())))

func main() { cases.Run(write, read, calls) }

// references registers what a schema refers to, and gives the references.
func references(one *cases.Case, wanted []cases.Reference) (named []schemaregistry.Reference) {
	for _, it := range wanted {
		info := schemaregistry.SchemaInfo{
			Schema: one.Text(it.Schema), SchemaType: one.Format, References: references(one, it.References),
		}
		cases.Must(client.Register(it.Subject, info, false))
		version := cases.Must(client.GetVersion(it.Subject, info, false))
		named = append(named, schemaregistry.Reference{Name: it.Name, Subject: it.Subject, Version: version})
	}
	return named
}

// messageType is the type that protoc-gen-go would generate, made of protoc's descriptors.
func messageType(one *cases.Case) protoreflect.MessageType {
	var set descriptorpb.FileDescriptorSet
	cases.Check(proto.Unmarshal([]byte(one.Text("descriptors.binpb")), &set))
	files := cases.Must(protodesc.NewFiles(&set))
	found := cases.Must(files.FindDescriptorByName(protoreflect.FullName(one.Message)))
	return dynamicpb.NewMessageType(found.(protoreflect.MessageDescriptor))
}

func write(one *cases.Case) (messages []cases.Message) {
	serializer, native := serializerOf(one), one.Native
	if one.Format == protobuf.SchemaType {
		native = func(value json.RawMessage) any {
			message := messageType(one).New().Interface()
			cases.Check(protojson.Unmarshal(value, message))
			return message
		}
	}
	for _, value := range one.Values {
		headers, message, err := serializer.SerializeWithHeaders(one.Topic, native(value))
		cases.Check(err)
		written := cases.Message{Value: message}
		if one.InHeader() {
			written.Header = headers[0].Value
		}
		messages = append(messages, written)
	}
	return messages
}

// serializerOf is the case's serializer. That of Protobuf registers by itself; the two others would register what they make of Go's
// types.
func serializerOf(one *cases.Case) serde.Serializer {
	if one.Format == protobuf.SchemaType {
		return cases.Must(protobuf.NewSerializer(client, serde.ValueSerde, protobuf.NewSerializerConfig()))
	}
	info := schemaregistry.SchemaInfo{
		Schema: one.Text(one.Schema), SchemaType: one.Format, References: references(one, one.References),
	}
	cases.Must(client.Register(one.Topic+"-value", info, false))
	if one.Format == jsonschema.SchemaType {
		settings := jsonschema.NewSerializerConfig()
		settings.AutoRegisterSchemas, settings.UseLatestVersion = false, true
		settings.EnableValidation = true
		return cases.Must(jsonschema.NewSerializer(client, serde.ValueSerde, settings))
	}
	settings := avrov2.NewSerializerConfig()
	settings.AutoRegisterSchemas, settings.UseLatestVersion = false, true
	serializer := cases.Must(avrov2.NewSerializer(client, serde.ValueSerde, settings))
	if one.InHeader() {
		serializer.SchemaIDSerializer = serde.HeaderSchemaIDSerializer
	}
	return serializer
}

func read(one *cases.Case, message cases.Message) any {
	var headers []kafka.Header
	if message.Header != nil {
		headers = []kafka.Header{{Key: serde.ValueSchemaIDHeader, Value: message.Header}}
	}
	into := one.Empty()
	switch one.Format {
	case protobuf.SchemaType:
		deserializer := cases.Must(protobuf.NewDeserializer(client, serde.ValueSerde, protobuf.NewDeserializerConfig()))
		cases.Check(deserializer.ProtoRegistry.RegisterMessage(messageType(one)))
		value := cases.Must(deserializer.DeserializeWithHeaders(one.Topic, headers, message.Value))
		text := cases.Must(protojson.MarshalOptions{UseProtoNames: true}.Marshal(value.(proto.Message)))
		return json.RawMessage(text)
	case jsonschema.SchemaType:
		deserializer := cases.Must(jsonschema.NewDeserializer(client, serde.ValueSerde, jsonschema.NewDeserializerConfig()))
		cases.Check(deserializer.DeserializeWithHeadersInto(one.Topic, headers, message.Value, into))
	default:
		deserializer := cases.Must(avrov2.NewDeserializer(client, serde.ValueSerde, avrov2.NewDeserializerConfig()))
		cases.Check(deserializer.DeserializeWithHeadersInto(one.Topic, headers, message.Value, into))
	}
	return into
}

// calls makes every call of the client.
func calls() {
	text := schemaregistry.SchemaInfo{Schema: `{"type":"record","name":"Call","fields":[{"name":"id","type":"string"}]}`}
	wider := schemaregistry.SchemaInfo{Schema: `{"type":"record","name":"Call","fields":[{"name":"id","type":"string"},{"name":"n","type":"long","default":0}]}`}
	breaking := schemaregistry.SchemaInfo{Schema: `{"type":"record","name":"Call","fields":[{"name":"id","type":"long"}]}`}
	subject := "calls/of go"

	cases.That(len(cases.Must(client.GetAllSubjects())) == 0, "subjects")
	_, err := client.GetID(subject, text, false)
	refused(40401, err)
	first := cases.Must(client.Register(subject, text, false))
	cases.That(cases.Must(client.Register(subject, text, true)) == first, "registered twice")
	second := cases.Must(client.RegisterFullResponse(subject, wider, false))
	cases.That(second.ID != first, second)
	_, err = client.Register(subject, breaking, false)
	refused(409, err)
	_, err = client.Register(subject, schemaregistry.SchemaInfo{Schema: "{"}, false)
	refused(42201, err)

	cases.Check(client.ClearCaches())
	cases.That(cases.Must(client.GetBySubjectAndID(subject, first)).Schema == text.Schema, "by id")
	guid := cases.Must(client.GetLatestSchemaMetadata(subject)).GUID
	cases.That(cases.Must(client.GetByGUID(guid)).Schema == wider.Schema, "by GUID")
	uses := cases.Must(client.GetSubjectsAndVersionsByID(first))
	cases.That(len(uses) == 1 && uses[0].Subject == subject && uses[0].Version == 1, uses)
	cases.That(cases.Must(client.GetID(subject, text, false)) == first, "id")
	cases.That(cases.Must(client.GetIDFullResponse(subject, wider, false)).Version == 2, "lookup")
	cases.That(cases.Must(client.GetVersion(subject, wider, false)) == 2, "version")
	_, err = client.GetID(subject, breaking, false)
	refused(40403, err)
	cases.That(cases.Must(client.GetLatestSchemaMetadata(subject)).Version == 2, "latest")
	cases.That(cases.Must(client.GetSchemaMetadata(subject, 1)).ID == first, "version 1")
	_, err = client.GetSchemaMetadata(subject, 9)
	refused(40402, err)
	same(cases.Must(client.GetAllVersions(subject)), []int{1, 2})
	same(cases.Must(client.GetAllSubjects()), []string{subject})

	cases.That(cases.Must(client.TestSubjectCompatibility(subject, wider)), "compatible")
	cases.That(!cases.Must(client.TestSubjectCompatibility(subject, breaking)), "not compatible")
	cases.That(!cases.Must(client.TestCompatibility(subject, 1, breaking)), "not compatible with version 1")

	contract := text
	contract.Metadata = &schemaregistry.Metadata{Properties: map[string]string{"owner": "ada"}}
	contract.RuleSet = &schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{
		{Name: "check", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Expr: "message.id != ''"},
	}}
	cases.Must(client.Register("contract", contract, false))
	found := cases.Must(client.GetLatestWithMetadata("contract", map[string]string{"owner": "ada"}, false))
	cases.That(found.Metadata.Properties["owner"] == "ada" && found.RuleSet.DomainRules[0].Expr == "message.id != ''", found)

	cases.That(cases.Must(client.GetDefaultCompatibility()) == schemaregistry.Backward, "default level")
	_, err = client.GetCompatibility(subject)
	refused(40408, err)
	cases.That(cases.Must(client.UpdateCompatibility(subject, schemaregistry.Full)) == schemaregistry.Full, "set level")
	cases.That(cases.Must(client.GetCompatibility(subject)) == schemaregistry.Full, "level")
	cases.Must(client.UpdateConfig(subject, schemaregistry.ServerConfig{CompatibilityGroup: "team"}))
	config := cases.Must(client.GetConfig(subject, true))
	cases.That(config.CompatibilityLevel == schemaregistry.Full && config.CompatibilityGroup == "team", config)
	cases.That(cases.Must(client.GetConfig("contract", true)).CompatibilityLevel == schemaregistry.Backward, "by default")
	cases.Must(client.UpdateDefaultCompatibility(schemaregistry.None))
	cases.That(cases.Must(client.GetDefaultConfig()).CompatibilityLevel == schemaregistry.None, "set default level")
	cases.Must(client.UpdateDefaultConfig(schemaregistry.ServerConfig{CompatibilityUpdate: schemaregistry.Backward}))

	inner := cases.Must(client.Register(":.team:calls", text, false))
	cases.That(cases.Must(client.GetBySubjectAndID(":.team:calls", inner)).Schema == text.Schema, "by id in a context")
	same(cases.Must(client.GetAllContexts()), []string{".", ".team"})

	cases.That(cases.Must(client.DeleteSubjectVersion(subject, 1, false)) == 1, "deleted")
	cases.That(cases.Must(client.GetSchemaMetadataIncludeDeleted(subject, 1, true)).ID == first, "deleted version")
	cases.That(cases.Must(client.GetVersionIncludeDeleted(subject, text, false, true)) == 1, "lookup of a deleted version")
	cases.That(cases.Must(client.DeleteSubjectVersion(subject, 1, true)) == 1, "deleted for good")
	same(cases.Must(client.DeleteSubject(subject, false)), []int{2})
	same(cases.Must(client.DeleteSubject(subject, true)), []int{2})
	_, err = client.DeleteSubject(subject, false)
	refused(40401, err)
	cases.Check(client.Close())
}

// refused checks that the server refused a call so.
func refused(code int, err error) {
	var answer *rest.Error
	cases.That(errors.As(err, &answer) && answer.Code == code, "wanted", code, "got", err)
}

func same[T any](got, wanted T) { cases.That(reflect.DeepEqual(got, wanted), "wanted", wanted, "got", got) }
