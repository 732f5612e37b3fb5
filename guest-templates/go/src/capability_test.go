package capability

import (
	"errors"
	"testing"

	"capability/engraft"
)

// The operations without a host: what they ask of it is answered here.
type store struct {
	engraft.KV
	values map[string]int64
}

func (s store) Increment(key string, delta int64) (int64, error) {
	s.values[key] += delta
	return s.values[key], nil
}

func TestItCountsEachName(t *testing.T) {
	host := &engraft.Host{KV: store{values: map[string]int64{}}}
	for _, step := range []struct {
		name  string
		times int64
	}{{"Ada", 1}, {" Ada ", 2}, {"Bob", 1}} {
		output, err := Greet(GreetInput{Name: step.name}, host)
		if err != nil || output.Times != step.times {
			t.Fatalf("%q: %v, %v", step.name, output, err)
		}
	}
}

func TestNoNameIsTheCallersMistake(t *testing.T) {
	_, err := Greet(GreetInput{Name: " "}, &engraft.Host{})
	var failure *engraft.Failure
	if !errors.As(err, &failure) || failure.Kind != engraft.KindInvalidInput {
		t.Fatalf("%v", err)
	}
}
