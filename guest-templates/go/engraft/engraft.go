// Package engraft is what a capability in Go is written with. Nothing here needs a host, so tests run
// anywhere.
package engraft

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// Kind says why an operation gave no output.
type Kind uint8

// In the order of the contract.
const (
	KindInvalidInput Kind = iota
	KindDenied
	KindUnavailable
	KindFailed
)

// Failure says why an operation gave no output; any other error becomes one of KindFailed.
type Failure struct {
	Kind    Kind
	Message string
	// The same call may succeed later.
	Retryable bool
	// Something outside has changed already.
	EffectHappened bool
}

func (f *Failure) Error() string { return f.Message }

// InvalidInput says that the input does not fit; another would.
func InvalidInput(message string) error { return &Failure{Kind: KindInvalidInput, Message: message} }

// Denied says that something that is needed was not allowed.
func Denied(message string) error { return &Failure{Kind: KindDenied, Message: message} }

// Unavailable says that something that is needed is away; it may be tried again.
func Unavailable(message string) error {
	return &Failure{Kind: KindUnavailable, Message: message, Retryable: true}
}

// Failed says anything else.
func Failed(message string) error { return &Failure{Kind: KindFailed, Message: message} }

// AsFailure gives any error as a failure.
func AsFailure(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &Failure{Kind: KindFailed, Message: err.Error()}
}

// Host is what can be asked; a part that capability.yaml does not ask for is nil.
type Host struct {
	Log      func(level Level, message string)
	Now      func() (time.Time, error)
	Random   func() (uint64, error)
	KV       KV
	HTTP     HTTP
	Call     func(capability, operation string, input any) (json.RawMessage, error)
	Progress func(fraction float64, message string)
	Config   func(key string) (string, bool, error)
}

// Level of a log line.
type Level uint8

// From least to most.
const (
	Trace Level = iota
	Debug
	Info
	Warn
	Error
)

// KV keeps values between calls.
type KV interface {
	Get(key string) (value []byte, found bool, err error)
	Set(key string, value []byte) error
	Delete(key string) (found bool, err error)
	Increment(key string, delta int64) (int64, error)
}

// Request is one request to the outside.
type Request struct {
	Method, URL string
	Headers     [][2]string
	Body        []byte
}

// Response is what came of a request; Err where nothing did.
type Response struct {
	Status int
	Body   []byte
	Err    error
}

// HTTP sends requests.
type HTTP interface {
	// SendAll sends side by side; the answers are in the order asked.
	SendAll(requests []Request) ([]Response, error)
}

// Operation does one operation on JSON.
type Operation func(input []byte, host *Host) ([]byte, error)

// Run makes an operation of a function with types.
func Run[Input, Output any](run func(Input, *Host) (Output, error)) Operation {
	return func(given []byte, host *Host) ([]byte, error) {
		var input Input
		decoder := json.NewDecoder(bytes.NewReader(given))
		decoder.UseNumber()
		if err := decoder.Decode(&input); err != nil {
			return nil, InvalidInput("the input does not fit: " + err.Error())
		}
		output, err := run(input, host)
		if err != nil {
			return nil, err
		}
		return encode(output)
	}
}

// encode leaves <, > and & as they are.
func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}
