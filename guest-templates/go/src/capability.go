// Package capability greets people, and remembers how often.
package capability

import (
	"strings"

	"capability/engraft"
)

// Names longer than this are no names, and would fill the store.
const nameBytesMax = 100

// GreetInput says whom to greet.
type GreetInput struct {
	Name string `json:"name"`
}

// GreetOutput is what to say, and how often this name was greeted, this time included.
type GreetOutput struct {
	Text  string `json:"text"`
	Times int64  `json:"times"`
}

// Greet greets a person and counts it.
func Greet(input GreetInput, host *engraft.Host) (GreetOutput, error) {
	name := strings.TrimSpace(input.Name)
	if name == "" || len(name) > nameBytesMax {
		return GreetOutput{}, engraft.InvalidInput("a name has 1 to 100 bytes")
	}
	times, err := host.KV.Increment("greeted/"+name, 1)
	if err != nil {
		return GreetOutput{}, err
	}
	return GreetOutput{Text: "Hello, " + name + "!", Times: times}, nil
}
