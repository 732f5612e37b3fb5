//! The host in tests: it counts, and denies where it is told to. What it does not know it does not do.
const std = @import("std");
const c = @import("c.zig");

var counts: [16]struct { key: [64]u8, length: usize, sum: i64 } = undefined;
var used: usize = 0;
pub var is_denied = false;

pub fn reset() void {
    used = 0;
    is_denied = false;
}

pub fn engraft_kv_increment(key: [*:0]const u8, delta: i64, sum: *i64, why: *c.Answer) bool {
    if (is_denied) {
        why.* = .{ .kind = .denied, .message = "kv is not granted" };
        return false;
    }
    const name = std.mem.span(key);
    for (counts[0..used]) |*count| {
        if (std.mem.eql(u8, count.key[0..count.length], name)) {
            count.sum += delta;
            sum.* = count.sum;
            return true;
        }
    }
    @memcpy(counts[used].key[0..name.len], name);
    counts[used].length = name.len;
    counts[used].sum = delta;
    used += 1;
    sum.* = delta;
    return true;
}

pub fn engraft_log(_: c_int, _: [*:0]const u8) bool {
    return !is_denied;
}
