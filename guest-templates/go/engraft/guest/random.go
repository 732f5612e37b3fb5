//go:build wasip1 && engraft_random

package guest

import "unsafe"

//go:wasmimport engraft:capability/random@1.0.0 number
func randomNumber(result unsafe.Pointer)

func init() {
	host.Random = func() (uint64, error) {
		var result reading
		randomNumber(result.at())
		if result.byte(0) != 0 {
			return 0, result.refused(8)
		}
		return result.long(8), nil
	}
}
