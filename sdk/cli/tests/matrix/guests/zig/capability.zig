const std = @import("std");
const engraft = @import("engraft");
const Host = engraft.Host;
const Value = std.json.Value;

pub const MirrorInput = Value;
pub fn mirror(input: Value, _: *Host) engraft.Refused!Value {
    return input;
}

pub const NumbersInput = struct { integer: i64, number: f64 };
pub fn numbers(input: NumbersInput, _: *Host) engraft.Refused!NumbersInput {
    return input;
}

pub const RefuseInput = Value;
pub fn refuse(_: Value, host: *Host) engraft.Refused!Value {
    return host.unavailable("try again later");
}

pub const ThrowInput = Value;
pub fn throw(_: Value, _: *Host) engraft.Refused!Value {
    @panic("something went wrong");
}

pub const TrapInput = Value;
pub fn trap(_: Value, _: *Host) engraft.Refused!Value {
    @trap();
}

var depth: u64 = 0;
noinline fn deeper(n: u64) u64 {
    var room: [256]u8 = undefined;
    std.mem.doNotOptimizeAway(&room);
    depth += 1;
    return deeper(n + 1) + room[@intCast(n & 255)];
}

pub const RecurseInput = Value;
pub fn recurse(_: Value, _: *Host) engraft.Refused!u64 {
    return deeper(0);
}

pub const CountInput = Value;
pub fn count(_: Value, host: *Host) engraft.Refused!i64 {
    return host.kvIncrement("calls", 1);
}

pub const FetchInput = struct { url: []const u8 };
pub fn fetch(input: FetchInput, host: *Host) engraft.Refused![2][]const u8 {
    const url = host.print("{s}", .{input.url});
    const responses = try host.http(&.{
        .{ .url = url },
        .{ .method = "POST", .url = url, .body = "body", .body_length = 4 },
    });
    var bodies: [2][]const u8 = undefined;
    for (responses, 0..) |response, index| {
        const body = response.body orelse {
            host.why = response.why;
            return error.Refused;
        };
        bodies[index] = body[0..response.body_length];
    }
    return bodies;
}

pub const AskInput = struct { capability: []const u8 };
pub fn ask(input: AskInput, host: *Host) engraft.Refused!Value {
    return host.call(Value, host.print("{s}", .{input.capability}), "mirror", "hello");
}

pub const ReportInput = Value;
pub fn report(_: Value, host: *Host) engraft.Refused!?u8 {
    host.progress(0.5, "half");
    return null;
}

pub const SpinInput = Value;
pub fn spin(_: Value, _: *Host) engraft.Refused!Value {
    while (true) std.mem.doNotOptimizeAway(depth);
}

pub const HoardInput = Value;
pub fn hoard(_: Value, host: *Host) engraft.Refused!Value {
    while (true) {
        const more = std.heap.c_allocator.alloc(u8, 1 << 20) catch return host.failed("no memory is left");
        @memset(more, 1);
        std.mem.doNotOptimizeAway(more.ptr);
    }
}

pub const LookInput = Value;
pub fn look(_: Value, host: *Host) engraft.Refused!struct { i64, u64 } {
    std.debug.print("a printed line\n", .{});
    const seconds, _ = try host.now();
    return .{ seconds, try host.random() };
}

/// Memory of a call is gone when the call ends, so what is kept is copied.
const Kept = struct {
    bytes: [64]u8 = undefined,
    length: usize = 0,

    fn set(kept_: *Kept, text: []const u8) void {
        kept_.length = @min(text.len, kept_.bytes.len);
        @memcpy(kept_.bytes[0..kept_.length], text[0..kept_.length]);
    }
    fn get(kept_: *const Kept) []const u8 {
        return kept_.bytes[0..kept_.length];
    }
};
var held: Kept = .{};
var from: Kept = .{};

pub const KeepInput = struct { text: []const u8 };
pub fn keep(input: KeepInput, _: *Host) engraft.Refused!?u8 {
    held.set(input.text);
    return null;
}

pub const KeptInput = Value;
pub fn kept(_: Value, _: *Host) engraft.Refused![2][]const u8 {
    return .{ held.get(), from.get() };
}

pub const Saved = []const u8;
pub fn save(_: *Host) engraft.Refused!Saved {
    return held.get();
}
pub fn restore(version: []const u8, saved: Saved, _: *Host) engraft.Refused!void {
    held.set(saved);
    from.set(version);
}
