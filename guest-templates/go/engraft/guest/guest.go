//go:build wasip1

// Package guest is the way between the host and the operations, by the canonical ABI.
package guest

import (
	"fmt"
	"os"
	"runtime/debug"
	"unsafe"

	"capability/engraft"
)

// Capability is what is served.
type Capability struct {
	Operations map[string]engraft.Operation
	// The description as it lies in memory, and where addresses are in it.
	Description string
	Addresses   []uint32
	Save        func(host *engraft.Host) ([]byte, error)
	Restore     func(version string, saved []byte, host *engraft.Host) error
}

var (
	served Capability
	host   = &engraft.Host{Log: func(engraft.Level, string) {}}
	// What the host was handed and has not read yet, or has handed over; kept from the collector.
	lent [][]uint64
	area [4]uint64
	// What is done before each call.
	begin = func() {}
)

// Serve says what is to be called.
func Serve(capability Capability) { served = capability }

func allocate(size uint32) unsafe.Pointer {
	room := make([]uint64, size/8+1)
	lent = append(lent, room)
	return unsafe.Pointer(&room[0])
}

//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	fresh := allocate(size)
	if oldSize > 0 {
		copy(unsafe.Slice((*byte)(fresh), size), unsafe.Slice((*byte)(old), oldSize))
	}
	return fresh
}

//go:wasmexport describe
func describe() unsafe.Pointer {
	at := allocate(uint32(len(served.Description)))
	image := unsafe.Slice((*byte)(at), len(served.Description))
	copy(image, served.Description)
	for _, place := range served.Addresses {
		address := (*uint32)(unsafe.Pointer(&image[place]))
		*address += uint32(uintptr(at))
	}
	return at
}

//go:wasmexport cabi_post_describe
func afterDescribe(unsafe.Pointer) { lent = nil }

//go:wasmexport invoke
func invoke(operation unsafe.Pointer, operationSize uint32, input unsafe.Pointer, inputSize uint32) unsafe.Pointer {
	name := string(unsafe.Slice((*byte)(operation), operationSize))
	given := []byte(string(unsafe.Slice((*byte)(input), inputSize)))
	lent = nil
	begin()
	output, err := guarded(func() ([]byte, error) {
		run := served.Operations[name]
		if run == nil {
			return nil, engraft.InvalidInput("there is no operation `" + name + "`")
		}
		return run(given, host)
	})
	return answer(output, err)
}

//go:wasmexport cabi_post_invoke
func afterInvoke(unsafe.Pointer) { lent = nil }

// guarded turns a panic into an error that says where it was.
func guarded(run func() ([]byte, error)) (output []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", cause, debug.Stack())
			output, err = nil, engraft.Failed(fmt.Sprintf("panic: %v", cause))
		}
	}()
	return run()
}

// answer is a result<list<u8>, failure>, and so a result<string, failure>.
func answer(output []byte, err error) unsafe.Pointer {
	at := unsafe.Pointer(&area[0])
	words := (*[8]uint32)(at)
	clear(words[:])
	if err == nil {
		words[1], words[2] = lend(output)
		return at
	}
	failure := engraft.AsFailure(err)
	words[0], words[1] = 1, uint32(failure.Kind)
	words[2], words[3] = lend([]byte(failure.Message))
	if failure.Retryable {
		words[4] |= 1
	}
	if failure.EffectHappened {
		words[4] |= 1 << 8
	}
	return at
}

// lend copies bytes to where they stay until the host has read them.
func lend(value []byte) (address, size uint32) {
	at := allocate(uint32(len(value)))
	copy(unsafe.Slice((*byte)(at), len(value)), value)
	return uint32(uintptr(at)), uint32(len(value))
}

// reading is where a function of the host puts its result.
type reading struct{ words [8]uint64 }

func (r *reading) at() unsafe.Pointer     { return unsafe.Pointer(&r.words[0]) }
func (r *reading) byte(at int) uint8      { return *(*uint8)(unsafe.Add(r.at(), at)) }
func (r *reading) number(at int) uint32   { return *(*uint32)(unsafe.Add(r.at(), at)) }
func (r *reading) long(at int) uint64     { return *(*uint64)(unsafe.Add(r.at(), at)) }
func (r *reading) bytes(at int) []byte    { return taken(r.number(at), r.number(at+4)) }

// taken copies what the host handed over.
func taken(address, size uint32) []byte {
	if size == 0 {
		return []byte{}
	}
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(uintptr(address))), size)...)
}

// refused reads a host-error at a place: a tag, and 4 later a text.
func (r *reading) refused(at int) error { return refusal(r.byte(at), string(r.bytes(at+4))) }

func refusal(tag uint8, message string) error {
	switch tag {
	case 0:
		return engraft.Denied(message)
	case 1:
		return &engraft.Failure{Kind: engraft.KindUnavailable, Message: message}
	case 3:
		return engraft.Unavailable(message)
	case 4:
		return &engraft.Failure{Kind: engraft.KindFailed, Message: message, EffectHappened: true}
	default:
		return engraft.Failed(message)
	}
}

func text(value string) (unsafe.Pointer, uint32) {
	return unsafe.Pointer(unsafe.StringData(value)), uint32(len(value))
}
