//! What a capability in Zig is written with. Memory of a call is gone when the call ends.
const builtin = @import("builtin");
const std = @import("std");
const c = @import("c.zig");

/// Answers in place of the host, in tests.
pub const mock = @import("mock.zig");
const outside = if (builtin.is_test) mock else c;

pub const Answer = c.Answer;
pub const Json = c.Json;
pub const Kind = c.Kind;
pub const Request = c.Request;
pub const Response = c.Response;
pub const Level = enum(c_int) { trace, debug, info, warn, err };

/// The one error of an operation; `Host.why` says what it was.
pub const Refused = error{Refused};

/// What a call can ask.
pub const Host = struct {
    why: Answer = .{},

    /// The input does not fit; another would.
    pub fn invalidInput(host: *Host, message: [:0]const u8) Refused {
        return host.refuse(.{ .kind = .invalid_input, .message = message });
    }
    /// Something that is needed was not allowed.
    pub fn denied(host: *Host, message: [:0]const u8) Refused {
        return host.refuse(.{ .kind = .denied, .message = message });
    }
    /// Something that is needed is away; it may be tried again.
    pub fn unavailable(host: *Host, message: [:0]const u8) Refused {
        return host.refuse(.{ .kind = .unavailable, .message = message, .retryable = true });
    }
    /// Anything else.
    pub fn failed(host: *Host, message: [:0]const u8) Refused {
        return host.refuse(.{ .kind = .failed, .message = message });
    }
    fn refuse(host: *Host, why: Answer) Refused {
        host.why = why;
        return error.Refused;
    }

    /// A text that lives until the call ends.
    pub fn print(_: *Host, comptime format: []const u8, values: anytype) [:0]const u8 {
        return std.fmt.allocPrintSentinel(memory, format, values, 0) catch unreachable;
    }
    pub fn log(_: *Host, level: Level, message: [:0]const u8) void {
        _ = outside.engraft_log(@intFromEnum(level), message);
    }
    pub fn progress(_: *Host, fraction: f64, message: [:0]const u8) void {
        _ = outside.engraft_progress(fraction, message);
    }
    /// Seconds and nanoseconds since 1970.
    pub fn now(host: *Host) Refused!struct { i64, u32 } {
        var seconds: i64 = 0;
        var nanoseconds: u32 = 0;
        if (!outside.engraft_now(&seconds, &nanoseconds, &host.why)) return error.Refused;
        return .{ seconds, nanoseconds };
    }
    pub fn random(host: *Host) Refused!u64 {
        var number: u64 = 0;
        if (!outside.engraft_random(&number, &host.why)) return error.Refused;
        return number;
    }
    pub fn kvGet(host: *Host, key: [:0]const u8) Refused!?[]const u8 {
        var value: ?[*]const u8 = null;
        var length: usize = 0;
        if (!outside.engraft_kv_get(key, &value, &length, &host.why)) return error.Refused;
        return if (value) |bytes| bytes[0..length] else null;
    }
    pub fn kvSet(host: *Host, key: [:0]const u8, value: []const u8) Refused!void {
        if (!outside.engraft_kv_set(key, value.ptr, value.len, &host.why)) return error.Refused;
    }
    pub fn kvIncrement(host: *Host, key: [:0]const u8, delta: i64) Refused!i64 {
        var sum: i64 = 0;
        if (!outside.engraft_kv_increment(key, delta, &sum, &host.why)) return error.Refused;
        return sum;
    }
    /// Sends requests side by side; as many responses, in the order asked.
    pub fn http(host: *Host, requests: []const Request) Refused![]Response {
        const responses = memory.alloc(Response, requests.len) catch unreachable;
        if (!outside.engraft_http(requests.ptr, requests.len, responses.ptr, &host.why)) return error.Refused;
        return responses;
    }
    /// Calls another capability; `Output` is what is wanted of its answer.
    pub fn call(host: *Host, comptime Output: type, capability: [:0]const u8, operation: [:0]const u8, input: anytype) Refused!Output {
        const value = fromZig(input) orelse return host.failed("the input is no JSON");
        const output = outside.engraft_call(capability, operation, value, &host.why) orelse return error.Refused;
        return toZig(Output, output) catch host.failed("the other capability gave something else");
    }
};

/// Makes an operation of a function with types.
pub fn run(comptime Input: type, comptime function: anytype, given: *Json) Answer {
    var host: Host = .{};
    const input = toZig(Input, given) catch {
        return .{ .kind = .invalid_input, .message = "the input does not fit its schema" };
    };
    const output = function(input, &host) catch return host.why;
    return .{ .output = fromZig(output) orelse return .{ .message = "the output is no JSON" } };
}

/// Makes what is kept over a swap of a function that gives it.
pub fn save(comptime function: anytype) Answer {
    var host: Host = .{};
    const saved = function(&host) catch return host.why;
    return .{ .output = fromZig(saved) orelse return .{ .message = "what is kept is no JSON" } };
}

/// Hands what another version has kept to a function with types.
pub fn restore(comptime Saved: type, comptime function: anytype, version: [*:0]const u8, given: *Json) Answer {
    var host: Host = .{};
    const saved = toZig(Saved, given) catch {
        return .{ .kind = .invalid_input, .message = "what was kept does not fit" };
    };
    function(std.mem.span(version), saved, &host) catch return host.why;
    return .{ .output = fromZig(true).? };
}

fn toZig(comptime Wanted: type, value: *const Json) !Wanted {
    var length: usize = 0;
    const text = c.json_print(value, &length);
    return std.json.parseFromSliceLeaky(Wanted, memory, text[0..length], .{});
}

fn fromZig(value: anytype) ?*Json {
    const text = std.json.Stringify.valueAlloc(memory, value, .{}) catch return null;
    return c.json_parse(text.ptr, text.len);
}

/// What is said before a trap becomes its message.
pub const panic = std.debug.FullPanic(struct {
    fn tell(message: []const u8, _: ?usize) noreturn {
        c.engraft_fault(message.ptr, message.len);
        @trap();
    }
}.tell);

/// Memory of the call; freeing it is done by the call's end.
pub const memory: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = allocate,
    .resize = std.mem.Allocator.noResize,
    .remap = std.mem.Allocator.noRemap,
    .free = std.mem.Allocator.noFree,
} };

fn allocate(_: *anyopaque, size: usize, alignment: std.mem.Alignment, _: usize) ?[*]u8 {
    if (alignment.toByteUnits() > 8) return null;
    return @ptrCast(c.json_memory(size));
}
