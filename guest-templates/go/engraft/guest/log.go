//go:build wasip1 && engraft_log

package guest

import (
	"unsafe"

	"capability/engraft"
)

//go:wasmimport engraft:capability/log@1.0.0 write
func logWrite(level uint32, message unsafe.Pointer, size uint32, fields unsafe.Pointer, count uint32, result unsafe.Pointer)

func init() {
	host.Log = func(level engraft.Level, message string) {
		var result reading
		at, size := text(message)
		logWrite(uint32(level), at, size, result.at(), 0, result.at())
	}
}
