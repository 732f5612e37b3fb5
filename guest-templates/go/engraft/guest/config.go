//go:build wasip1 && engraft_config

package guest

import "unsafe"

//go:wasmimport engraft:capability/config@1.0.0 get
func configGet(key unsafe.Pointer, size uint32, result unsafe.Pointer)

func init() {
	host.Config = func(key string) (string, bool, error) {
		var result reading
		at, size := text(key)
		configGet(at, size, result.at())
		if result.byte(0) != 0 {
			return "", false, result.refused(4)
		}
		return string(result.bytes(8)), result.byte(4) != 0, nil
	}
}
