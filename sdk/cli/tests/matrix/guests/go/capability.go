package capability

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"time"

	"capability/engraft"
)

type nothing = json.RawMessage

func Mirror(input json.RawMessage, host *engraft.Host) (json.RawMessage, error) { return input, nil }

type NumbersInput struct {
	Integer int64   `json:"integer"`
	Number  float64 `json:"number"`
}

func Numbers(input NumbersInput, host *engraft.Host) (NumbersInput, error) { return input, nil }

func Refuse(_ nothing, host *engraft.Host) (int, error) {
	return 0, engraft.Unavailable("try again later")
}

func Throw(_ nothing, host *engraft.Host) (int, error) {
	var none []int
	return none[len(none)+3], nil
}

func Trap(_ nothing, host *engraft.Host) (int, error) { panic(errors.New("out of order")) }

func deeper(n int) int { return deeper(n+1) + 1 }

func Recurse(_ nothing, host *engraft.Host) (int, error) { return deeper(0), nil }

func Count(_ nothing, host *engraft.Host) (int64, error) { return host.KV.Increment("calls", 1) }

type FetchInput struct {
	URL string `json:"url"`
}

func Fetch(input FetchInput, host *engraft.Host) ([]string, error) {
	responses, err := host.HTTP.SendAll([]engraft.Request{
		{Method: "GET", URL: input.URL},
		{Method: "POST", URL: input.URL, Body: []byte("body")},
	})
	if err != nil {
		return nil, err
	}
	bodies := []string{}
	for _, response := range responses {
		if response.Err != nil {
			return nil, response.Err
		}
		bodies = append(bodies, string(response.Body))
	}
	return bodies, nil
}

type AskInput struct {
	Capability string `json:"capability"`
}

func Ask(input AskInput, host *engraft.Host) (json.RawMessage, error) {
	return host.Call(input.Capability, "mirror", "hello")
}

func Report(_ nothing, host *engraft.Host) (any, error) {
	host.Progress(0.5, "half")
	return nil, nil
}

func Spin(_ nothing, host *engraft.Host) (int, error) {
	for i := 0; ; i++ {
		if i < 0 {
			return i, nil
		}
	}
}

var hoarded [][]byte

func Hoard(_ nothing, host *engraft.Host) (int, error) {
	for {
		more := make([]byte, 1<<20)
		for i := 0; i < len(more); i += 4096 {
			more[i] = 1
		}
		hoarded = append(hoarded, more)
	}
}

func Look(_ nothing, host *engraft.Host) ([]any, error) {
	fmt.Println("a printed line")
	now, err := host.Now()
	if err != nil {
		return nil, err
	}
	number, err := host.Random()
	if err != nil {
		return nil, err
	}
	return []any{now.Unix(), time.Now().Unix(), number, rand.Int63()}, nil
}

var kept, from string

type KeepInput struct {
	Text string `json:"text"`
}

func Keep(input KeepInput, host *engraft.Host) (any, error) {
	kept = input.Text
	return nil, nil
}

func Kept(_ nothing, host *engraft.Host) ([]string, error) { return []string{kept, from}, nil }

func Save(host *engraft.Host) ([]byte, error) { return json.Marshal(kept) }

func Restore(version string, saved []byte, host *engraft.Host) error {
	if err := json.Unmarshal(saved, &kept); err != nil {
		return engraft.InvalidInput("that was not saved by me")
	}
	from = version
	return nil
}
