//go:build wasip1 && engraft_state

package guest

import "unsafe"

//go:wasmexport engraft:capability/state@1.0.0#save
func save() unsafe.Pointer {
	return answer(guarded(func() ([]byte, error) { return served.Save(host) }))
}

//go:wasmexport cabi_post_engraft:capability/state@1.0.0#save
func afterSave(unsafe.Pointer) { lent = nil }

//go:wasmexport engraft:capability/state@1.0.0#restore
func restore(version unsafe.Pointer, versionSize uint32, saved unsafe.Pointer, savedSize uint32) unsafe.Pointer {
	from := string(unsafe.Slice((*byte)(version), versionSize))
	kept := []byte(string(unsafe.Slice((*byte)(saved), savedSize)))
	lent = nil
	_, err := guarded(func() ([]byte, error) { return nil, served.Restore(from, kept, host) })
	at := answer(nil, err)
	if err == nil {
		clear((*[8]uint32)(at)[:])
	}
	return at
}

//go:wasmexport cabi_post_engraft:capability/state@1.0.0#restore
func afterRestore(unsafe.Pointer) { lent = nil }
