//go:build wasip1 && engraft_clock

package guest

import (
	"time"
	"unsafe"
)

//go:wasmimport engraft:capability/clock@1.0.0 now
func clockNow(result unsafe.Pointer)

func init() {
	host.Now = func() (time.Time, error) {
		var result reading
		clockNow(result.at())
		if result.byte(0) != 0 {
			return time.Time{}, result.refused(8)
		}
		return time.Unix(int64(result.long(8)), int64(result.number(16))).UTC(), nil
	}
}
