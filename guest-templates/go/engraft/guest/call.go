//go:build wasip1 && engraft_call

package guest

import (
	"encoding/json"
	"unsafe"

	"capability/engraft"
)

//go:wasmimport engraft:capability/call@1.0.0 invoke
func callInvoke(capability unsafe.Pointer, capabilitySize uint32, operation unsafe.Pointer, operationSize uint32, input unsafe.Pointer, inputSize uint32, result unsafe.Pointer)

func init() {
	host.Call = func(capability, operation string, input any) (json.RawMessage, error) {
		given, err := json.Marshal(input)
		if err != nil {
			return nil, err
		}
		var result reading
		name, nameSize := text(capability)
		which, whichSize := text(operation)
		callInvoke(name, nameSize, which, whichSize, unsafe.Pointer(unsafe.SliceData(given)), uint32(len(given)), result.at())
		if result.byte(0) != 0 {
			return nil, &engraft.Failure{
				Kind:           engraft.Kind(result.byte(4)),
				Message:        string(result.bytes(8)),
				Retryable:      result.byte(16) != 0,
				EffectHappened: result.byte(17) != 0,
			}
		}
		return result.bytes(4), nil
	}
}
