// Program franz is franz-go's client of schema registries, with hamba's Avro.
package main

import (
	"context"
	"errors"
	"reflect"

	"clients/cases"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"
)

var (
	background = context.Background()
	client     = cases.Must(sr.NewClient(sr.URLs(cases.URL())))
)

func main() { cases.Run(write, read, calls) }

// references registers what a schema refers to, and gives the references.
func references(one *cases.Case, wanted []cases.Reference) (named []sr.SchemaReference) {
	for _, it := range wanted {
		schema := sr.Schema{Schema: one.Text(it.Schema), References: references(one, it.References)}
		registered := cases.Must(client.CreateSchema(background, it.Subject, schema))
		named = append(named, sr.SchemaReference{Name: it.Name, Subject: it.Subject, Version: registered.Version})
	}
	return named
}

// parse parses a schema of the registry after those it refers to.
func parse(cache *avro.SchemaCache, schema sr.Schema) avro.Schema {
	for _, it := range schema.References {
		parse(cache, cases.Must(client.SchemaByVersion(background, it.Subject, it.Version)).Schema)
	}
	return cases.Must(avro.ParseWithCache(schema.Schema, "", cache))
}

func write(one *cases.Case) (messages []cases.Message) {
	schema := sr.Schema{Schema: one.Text(one.Schema), References: references(one, one.References)}
	registered := cases.Must(client.CreateSchema(background, one.Topic+"-value", schema))
	serde := serdeOf(one, registered.ID, registered.Schema)
	for _, value := range one.Values {
		messages = append(messages, cases.Message{Value: cases.Must(serde.Encode(dereference(one.Native(value))))})
	}
	return messages
}

func read(one *cases.Case, message cases.Message) any {
	id, _, err := new(sr.Serde).DecodeID(message.Value)
	cases.Check(err)
	into := one.Empty()
	cases.Check(serdeOf(one, id, cases.Must(client.SchemaByID(background, id))).Decode(message.Value, into))
	return into
}

// serdeOf knows how values of the case's type are written with a schema.
func serdeOf(one *cases.Case, id int, schema sr.Schema) *sr.Serde {
	parsed := parse(&avro.SchemaCache{}, schema)
	serde := sr.NewSerde()
	serde.Register(id, dereference(one.Empty()),
		sr.EncodeFn(func(value any) ([]byte, error) { return avro.Marshal(parsed, value) }),
		sr.DecodeFn(func(bytes []byte, into any) error { return avro.Unmarshal(parsed, bytes, into) }))
	return serde
}

func dereference(pointer any) any { return reflect.ValueOf(pointer).Elem().Interface() }

// calls makes every call of the client.
func calls() {
	text := sr.Schema{Schema: `{"type":"record","name":"Call","fields":[{"name":"id","type":"string"}]}`}
	wider := sr.Schema{Schema: `{"type":"record","name":"Call","fields":[{"name":"id","type":"string"},{"name":"n","type":"long","default":0}]}`}
	breaking := sr.Schema{Schema: `{"type":"record","name":"Call","fields":[{"name":"id","type":"long"}]}`}
	subject := "calls/of go"

	cases.That(len(cases.Must(client.SupportedTypes(background))) >= 3, "types")
	cases.That(len(cases.Must(client.Subjects(background))) == 0, "subjects")
	_, err := client.LookupSchema(background, subject, text)
	refused(40401, err)
	first := cases.Must(client.CreateSchema(background, subject, text))
	cases.That(first.Version == 1 && first.Subject == subject, first)
	cases.That(cases.Must(client.CreateSchema(background, subject, text)).ID == first.ID, "registered twice")
	second := cases.Must(client.CreateSchema(background, subject, wider))
	cases.That(cases.Must(client.RegisterSchema(background, subject, wider, -1, -1)) == second.ID, "registered again")
	_, err = client.CreateSchema(background, subject, breaking)
	refused(409, err)
	_, err = client.CreateSchema(background, subject, sr.Schema{Schema: "{"})
	refused(42201, err)

	cases.That(cases.Must(client.SchemaByID(background, first.ID)).Schema == text.Schema, "by id")
	cases.That(cases.Must(client.SchemaTextByID(background, first.ID)) == text.Schema, "text by id")
	cases.That(cases.Must(client.SchemaByVersion(background, subject, 1)).ID == first.ID, "by version")
	cases.That(cases.Must(client.SchemaByVersion(background, subject, -1)).ID == second.ID, "latest")
	cases.That(cases.Must(client.SchemaTextByVersion(background, subject, 1)) == text.Schema, "text by version")
	cases.That(cases.Must(client.LookupSchema(background, subject, wider)).Version == 2, "lookup")
	_, err = client.LookupSchema(background, subject, breaking)
	refused(40403, err)
	_, err = client.SchemaByVersion(background, subject, 9)
	refused(40402, err)
	guid := cases.Must(client.SchemaByVersion(background, subject, 1)).GUID
	cases.That(cases.Must(client.SchemaByGUID(background, guid)).Schema.Schema == text.Schema, "by GUID")
	ids := cases.Must(client.SchemaIDsByGUID(background, guid))
	cases.That(len(ids) == 1 && ids[0].ID == first.ID, ids)
	same(cases.Must(client.SubjectsByID(background, first.ID)), []string{subject})
	same(cases.Must(client.SchemaVersionsByID(background, second.ID)), []sr.SubjectVersion{{Subject: subject, Version: 2}})
	cases.That(len(cases.Must(client.SchemaUsagesByID(background, second.ID))) == 1, "usages")
	same(cases.Must(client.SubjectVersions(background, subject)), []int{1, 2})
	cases.That(len(cases.Must(client.Schemas(background, subject))) == 2, "schemas of the subject")
	cases.That(len(cases.Must(client.AllSchemas(background))) == 2, "all schemas")
	same(cases.Must(client.Subjects(background)), []string{subject})
	same(cases.Must(client.Subjects(sr.WithParams(background, sr.SubjectPrefix("other")))), []string{})

	cases.That(cases.Must(client.CheckCompatibility(background, subject, -1, wider)).Is, "compatible")
	verdict := cases.Must(client.CheckCompatibility(sr.WithParams(background, sr.Verbose), subject, 1, breaking))
	cases.That(!verdict.Is && len(verdict.Messages) > 0, verdict)

	outer := sr.Schema{
		Schema:     `{"type":"record","name":"Outer","fields":[{"name":"call","type":"Call"}]}`,
		References: []sr.SchemaReference{{Name: "Call", Subject: subject, Version: 1}},
	}
	cases.Must(client.CreateSchema(background, "outer", outer))
	referrers := cases.Must(client.SchemaReferences(background, subject, 1))
	cases.That(len(referrers) == 1 && referrers[0].Subject == "outer", referrers)
	refused(42206, client.DeleteSchema(background, subject, 1, sr.SoftDelete))

	settings := client.Compatibility(background, sr.GlobalSubject, subject)
	cases.That(settings[0].Level == sr.CompatBackward, settings[0])
	refused(40408, settings[1].Err)
	set := client.SetCompatibility(background, sr.SetCompatibility{Level: sr.CompatFull, Group: "team"}, subject)[0]
	cases.That(set.Err == nil && set.Level == sr.CompatFull, set)
	set = client.Compatibility(background, subject)[0]
	cases.That(set.Level == sr.CompatFull && set.Group == "team", set)
	cases.Check(client.ResetCompatibility(background, subject)[0].Err)
	cases.Check(client.SetCompatibility(background, sr.SetCompatibility{Level: sr.CompatNone})[0].Err)
	cases.Check(client.ResetCompatibility(background)[0].Err)
	cases.That(client.Compatibility(background)[0].Level == sr.CompatBackward, "reset")

	modes := client.Mode(background, sr.GlobalSubject, subject)
	cases.That(modes[0].Mode == sr.ModeReadWrite, modes[0])
	refused(40409, modes[1].Err)
	cases.Check(client.SetMode(background, sr.ModeReadOnly, subject)[0].Err)
	_, err = client.CreateSchema(background, subject, sr.Schema{Schema: `"string"`})
	refused(42205, err)
	cases.That(client.ResetMode(background, subject)[0].Err == nil, "mode reset")
	cases.Check(client.SetMode(sr.WithParams(background, sr.Force), sr.ModeImport, "imported")[0].Err)
	imported := cases.Must(client.CreateSchemaWithIDAndVersion(background, "imported", text, 100, 7))
	cases.That(imported.ID == 100 && imported.Version == 7, imported)

	inner := sr.InContext(background, ".team")
	cases.That(cases.Must(client.CreateSchema(inner, "calls", text)).ID == 1, "ids are counted in each context")
	same(cases.Must(client.Contexts(background)), []string{".", ".team"})
	cases.Must(client.DeleteSubject(inner, "calls", sr.SoftDelete))
	cases.Must(client.DeleteSubject(inner, "calls", sr.HardDelete))
	cases.Check(client.DeleteContext(background, ".team"))

	cases.Must(client.DeleteSubject(background, "outer", sr.SoftDelete))
	cases.Check(client.DeleteSchema(background, subject, 1, sr.SoftDelete))
	refused(42206, client.DeleteSchema(background, subject, 1, sr.HardDelete))
	cases.Must(client.DeleteSubject(background, "outer", sr.HardDelete))
	same(cases.Must(client.SubjectVersions(sr.WithParams(background, sr.ShowDeleted), subject)), []int{1, 2})
	same(cases.Must(client.SubjectVersions(sr.WithParams(background, sr.DeletedOnly), subject)), []int{1})
	cases.Check(client.DeleteSchema(background, subject, 1, sr.HardDelete))
	same(cases.Must(client.DeleteSubject(background, subject, sr.SoftDelete)), []int{2})
	same(cases.Must(client.DeleteSubject(background, subject, sr.HardDelete)), []int{2})
	_, err = client.DeleteSubject(background, subject, sr.SoftDelete)
	refused(40401, err)
}

// refused checks that the server refused a call so.
func refused(code int, err error) {
	var answer *sr.ResponseError
	cases.That(errors.As(err, &answer) && answer.ErrorCode == code, "wanted", code, "got", err)
}

func same[T any](got, wanted T) { cases.That(reflect.DeepEqual(got, wanted), "wanted", wanted, "got", got) }
