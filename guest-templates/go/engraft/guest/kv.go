//go:build wasip1 && engraft_kv

package guest

import "unsafe"

//go:wasmimport engraft:capability/kv@1.0.0 get
func kvGet(key unsafe.Pointer, size uint32, result unsafe.Pointer)

//go:wasmimport engraft:capability/kv@1.0.0 set
func kvSet(key unsafe.Pointer, size uint32, value unsafe.Pointer, valueSize uint32, result unsafe.Pointer)

//go:wasmimport engraft:capability/kv@1.0.0 delete
func kvDelete(key unsafe.Pointer, size uint32, result unsafe.Pointer)

//go:wasmimport engraft:capability/kv@1.0.0 increment
func kvIncrement(key unsafe.Pointer, size uint32, delta int64, result unsafe.Pointer)

type values struct{}

func init() { host.KV = values{} }

func (values) Get(key string) ([]byte, bool, error) {
	var result reading
	at, size := text(key)
	kvGet(at, size, result.at())
	if result.byte(0) != 0 {
		return nil, false, result.refused(4)
	}
	if result.byte(4) == 0 {
		return nil, false, nil
	}
	return result.bytes(8), true, nil
}

func (values) Set(key string, value []byte) error {
	var result reading
	at, size := text(key)
	kvSet(at, size, unsafe.Pointer(unsafe.SliceData(value)), uint32(len(value)), result.at())
	if result.byte(0) != 0 {
		return result.refused(4)
	}
	return nil
}

func (values) Delete(key string) (bool, error) {
	var result reading
	at, size := text(key)
	kvDelete(at, size, result.at())
	if result.byte(0) != 0 {
		return false, result.refused(4)
	}
	return result.byte(4) != 0, nil
}

func (values) Increment(key string, delta int64) (int64, error) {
	var result reading
	at, size := text(key)
	kvIncrement(at, size, delta, result.at())
	if result.byte(0) != 0 {
		return 0, result.refused(8)
	}
	return int64(result.long(8)), nil
}
