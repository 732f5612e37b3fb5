//go:build wasip1 && engraft_http

package guest

import (
	"unsafe"

	"capability/engraft"
)

//go:wasmimport engraft:capability/http@1.0.0 send-all
func httpSendAll(requests unsafe.Pointer, count uint32, result unsafe.Pointer)

type requests struct{}

func init() { host.HTTP = requests{} }

// request is the contract's record: texts and lists as address and size.
type request struct {
	method, url, headers [2]uint32
	hasBody              uint32
	body, credentials    [2]uint32
	hasTimeout, timeout  uint32
}

func pair(value []byte) [2]uint32 {
	address, size := lend(value)
	return [2]uint32{address, size}
}

func (requests) SendAll(wanted []engraft.Request) ([]engraft.Response, error) {
	list := make([]request, len(wanted)+1)
	for index, one := range wanted {
		headers := make([][4]uint32, len(one.Headers)+1)
		for number, header := range one.Headers {
			name, value := pair([]byte(header[0])), pair([]byte(header[1]))
			headers[number] = [4]uint32{name[0], name[1], value[0], value[1]}
		}
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(&headers[0])), len(one.Headers)*16)
		list[index] = request{method: pair([]byte(one.Method)), url: pair([]byte(one.URL)), headers: pair(bytes)}
		list[index].headers[1] = uint32(len(one.Headers))
		list[index].credentials = pair(nil)
		if one.Body != nil {
			list[index].hasBody, list[index].body = 1, pair(one.Body)
		}
	}
	var result reading
	httpSendAll(unsafe.Pointer(&list[0]), uint32(len(wanted)), result.at())
	if result.byte(0) != 0 {
		return nil, result.refused(4)
	}
	return responses(result.number(4), result.number(8)), nil
}

// responses reads a list<result<response, host-error>>, of 24 bytes each.
func responses(address, count uint32) []engraft.Response {
	list := make([]engraft.Response, count)
	for index := range list {
		words := (*[6]uint32)(unsafe.Pointer(uintptr(address) + uintptr(index)*24))
		if words[0]&0xff != 0 {
			list[index].Err = refusal(uint8(words[1]), string(taken(words[2], words[3])))
			continue
		}
		list[index].Status = int(words[1] & 0xffff)
		list[index].Body = taken(words[4], words[5])
	}
	return list
}
