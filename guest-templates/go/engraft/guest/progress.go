//go:build wasip1 && engraft_progress

package guest

import "unsafe"

//go:wasmimport engraft:capability/progress@1.0.0 report
func progressReport(known uint32, fraction float64, message unsafe.Pointer, size uint32, result unsafe.Pointer)

func init() {
	host.Progress = func(fraction float64, message string) {
		var result reading
		at, size := text(message)
		known := uint32(1)
		if fraction < 0 {
			known = 0
		}
		progressReport(known, fraction, at, size, result.at())
	}
}
