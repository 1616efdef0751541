// Package cases has the cases that all clients share, and what the programs of this module have in common.
package cases

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// URL is the registry's.
func URL() string {
	if url := os.Getenv("SCHEMA_REGISTRY_URL"); url != "" {
		return url
	}
	return "http://127.0.0.1:8081"
}

// Case is one directory of `cases`: a schema, what it refers to, and values.
type Case struct {
	Format     string
	Schema     string
	Message    string
	References []Reference
	Values     []json.RawMessage
	// Name may end in `+header`, which asks for the framing in a header.
	Name, Topic, Directory string
}

// Reference is a schema that another one refers to.
type Reference struct {
	Name, Subject, Schema string
	References            []Reference
}

// InHeader says whether the framing goes into a header.
func (c *Case) InHeader() bool { return c.Name != c.Topic }

// Text is a file of the case.
func (c *Case) Text(file string) string {
	return string(Must(os.ReadFile(filepath.Join(c.Directory, file))))
}

func load(cases, name string) *Case {
	topic := strings.TrimSuffix(name, "+header")
	one := &Case{Name: name, Topic: topic, Directory: filepath.Join(cases, topic)}
	Check(json.Unmarshal([]byte(one.Text("case.json")), one))
	return one
}

// Message is what a record's value would be, with the header beside it if there is one.
type Message struct{ Value, Header []byte }

// Order is what `order.avsc` describes.
type Order struct {
	ID       string           `avro:"id" json:"id"`
	Quantity int              `avro:"quantity" json:"quantity"`
	Total    int64            `avro:"total" json:"total"`
	Weight   float64          `avro:"weight" json:"weight"`
	Paid     bool             `avro:"paid" json:"paid"`
	State    string           `avro:"state" json:"state"`
	Tags     []string         `avro:"tags" json:"tags"`
	Counts   map[string]int64 `avro:"counts" json:"counts"`
	Note     *string          `avro:"note" json:"note"`
	Seal     []byte           `avro:"seal" json:"seal"`
	Placed   time.Time        `avro:"placed" json:"placed"`
}

// Address is what `address.avsc` describes.
type Address struct {
	Street string `avro:"street" json:"street"`
	City   string `avro:"city" json:"city"`
}

// Customer is what `customer.avsc` describes.
type Customer struct {
	Name string  `avro:"name" json:"name"`
	Home Address `avro:"home" json:"home"`
}

// Shipment is what `shipment.avsc` describes.
type Shipment struct {
	Sender   Customer  `avro:"sender" json:"sender"`
	Receiver Customer  `avro:"receiver" json:"receiver"`
	Stops    []Address `avro:"stops" json:"stops"`
}

// Empty is a pointer to a value of the type that a case's Avro or JSON is.
func (c *Case) Empty() any {
	switch c.Topic {
	case "avro-order":
		return new(Order)
	case "avro-reference":
		return new(Shipment)
	default:
		return new(map[string]any)
	}
}

// Native is a value of a case as Go has it. What says how bytes and times are written falls away: Go's JSON writes them alike.
func (c *Case) Native(value json.RawMessage) any {
	var tagged any
	Check(json.Unmarshal(value, &tagged))
	into := c.Empty()
	Check(json.Unmarshal(Must(json.Marshal(untagged(tagged))), into))
	return into
}

func untagged(value any) any {
	switch it := value.(type) {
	case []any:
		for index := range it {
			it[index] = untagged(it[index])
		}
	case map[string]any:
		for key := range it {
			if strings.HasPrefix(key, "$") {
				return it[key]
			}
			it[key] = untagged(it[key])
		}
	}
	return value
}

// Run does one of the three things that each program does: see the README beside `cases`.
func Run(write func(*Case) []Message, read func(*Case, Message) any, calls func()) {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 1 && arguments[0] == "calls":
		calls()
	case len(arguments) > 3 && arguments[0] == "register-and-write":
		for _, name := range arguments[3:] {
			for number, message := range write(load(arguments[1], name)) {
				path := filepath.Join(arguments[2], fmt.Sprintf("%s.%d", name, number))
				Check(os.WriteFile(path+".message", message.Value, 0o644))
				if message.Header != nil {
					Check(os.WriteFile(path+".header", message.Header, 0o644))
				}
			}
		}
	case len(arguments) > 3 && arguments[0] == "read":
		for _, name := range arguments[3:] {
			one := load(arguments[1], name)
			for number := range one.Values {
				path := filepath.Join(arguments[2], fmt.Sprintf("%s.%d", name, number))
				message := Message{Value: Must(os.ReadFile(path + ".message"))}
				if one.InHeader() {
					message.Header = Must(os.ReadFile(path + ".header"))
				}
				line := map[string]any{"case": name, "value": read(one, message)}
				fmt.Println(string(Must(json.Marshal(line))))
			}
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: register-and-write CASES OUT NAME... | read CASES MESSAGES NAME... | calls")
		os.Exit(2)
	}
}

// Must is the value where there is no error.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Check ends the program with the error, if there is one.
func Check(err error) {
	if err != nil {
		panic(err)
	}
}

// That ends the program where something is not as it should be.
func That(holds bool, what ...any) {
	if !holds {
		panic(fmt.Sprintln(what...))
	}
}
