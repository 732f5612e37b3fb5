//! Greets people, and remembers how often.
const std = @import("std");
const engraft = @import("engraft");

/// Names longer than this are no names, and would fill the store.
const name_bytes_max = 100;

pub const GreetInput = struct { name: []const u8 };
pub const GreetOutput = struct { text: []const u8, times: i64 };

/// Greets a person and counts it.
pub fn greet(input: GreetInput, host: *engraft.Host) engraft.Refused!GreetOutput {
    const name = std.mem.trim(u8, input.name, " \t");
    if (name.len == 0 or name.len > name_bytes_max) {
        return host.invalidInput("a name has 1 to 100 bytes");
    }
    const key = host.print("greeted/{s}", .{name});
    const times = try host.kvIncrement(key, 1);
    return .{ .text = host.print("Hello, {s}!", .{name}), .times = times };
}

// The operations without a host: engraft/mock.zig answers what they ask.
test "it counts each name" {
    engraft.mock.reset();
    var host: engraft.Host = .{};
    const first = try greet(.{ .name = "Ada" }, &host);
    try std.testing.expectEqualStrings("Hello, Ada!", first.text);
    try std.testing.expectEqual(1, first.times);
    try std.testing.expectEqual(2, (try greet(.{ .name = " Ada " }, &host)).times);
    try std.testing.expectEqual(1, (try greet(.{ .name = "Bob" }, &host)).times);
}

test "no name is the caller's mistake" {
    var host: engraft.Host = .{};
    try std.testing.expectError(error.Refused, greet(.{ .name = " " }, &host));
    try std.testing.expectEqual(.invalid_input, host.why.kind);
}

test "without a store it says so" {
    engraft.mock.reset();
    engraft.mock.is_denied = true;
    var host: engraft.Host = .{};
    try std.testing.expectError(error.Refused, greet(.{ .name = "Ada" }, &host));
    try std.testing.expectEqual(.denied, host.why.kind);
}
