//! engraft.h and json.h, as far as engraft.zig uses them.
pub const Json = opaque {};
pub const Kind = enum(c_int) { invalid_input, denied, unavailable, failed };
pub const Answer = extern struct {
    output: ?*Json = null,
    kind: Kind = .failed,
    message: ?[*:0]const u8 = null,
    retryable: bool = false,
    effect_happened: bool = false,
};
pub const Request = extern struct {
    method: [*:0]const u8 = "GET",
    url: [*:0]const u8,
    body: ?[*]const u8 = null,
    body_length: usize = 0,
};
pub const Response = extern struct {
    status: c_int = 0,
    body: ?[*]const u8 = null,
    body_length: usize = 0,
    why: Answer = .{},
};

pub extern fn json_memory(size: usize) *anyopaque;
pub extern fn json_parse(text: [*]const u8, length: usize) ?*Json;
pub extern fn json_print(value: *const Json, length: *usize) [*]const u8;
pub extern fn engraft_log(level: c_int, message: [*:0]const u8) bool;
pub extern fn engraft_now(seconds: *i64, nanoseconds: *u32, why: *Answer) bool;
pub extern fn engraft_random(number: *u64, why: *Answer) bool;
pub extern fn engraft_progress(fraction: f64, message: [*:0]const u8) bool;
pub extern fn engraft_kv_get(key: [*:0]const u8, value: *?[*]const u8, length: *usize, why: *Answer) bool;
pub extern fn engraft_kv_set(key: [*:0]const u8, value: [*]const u8, length: usize, why: *Answer) bool;
pub extern fn engraft_kv_increment(key: [*:0]const u8, delta: i64, sum: *i64, why: *Answer) bool;
pub extern fn engraft_http(requests: [*]const Request, count: usize, responses: [*]Response, why: *Answer) bool;
pub extern fn engraft_call(capability: [*:0]const u8, operation: [*:0]const u8, input: *const Json, why: *Answer) ?*Json;
pub extern fn engraft_fault(message: [*]const u8, length: usize) void;
