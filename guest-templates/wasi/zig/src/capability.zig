//! Keeps notes in a file, in a directory that a host grants.
const std = @import("std");
const engraft = @import("engraft");

/// The first directory that is granted; tests take another.
var folder: ?std.Io.Dir = null;

/// More notes than this are a book, and would fill the memory.
const notes_bytes_max = 1 << 20;

pub const NoteInput = struct { text: []const u8 };
pub const NoteOutput = struct { lines: usize };

/// Adds a line to the notes and counts them.
pub fn note(input: NoteInput, host: *engraft.Host) engraft.Refused!NoteOutput {
    if (input.text.len == 0 or std.mem.indexOfScalar(u8, input.text, '\n') != null) {
        return host.invalidInput("a note is one line");
    }
    const kept = add(input.text) catch |why| {
        return host.denied(host.print("the notes cannot be kept: {t}", .{why}));
    };
    return .{ .lines = std.mem.count(u8, kept, "\n") };
}

fn add(text: []const u8) ![]const u8 {
    const io = std.Io.Threaded.global_single_threaded.io();
    const notes = folder orelse std.Io.Dir.cwd();
    var file = try notes.createFile(io, "notes.txt", .{ .read = true, .truncate = false });
    defer file.close(io);
    const end = try file.length(io);
    if (end > notes_bytes_max) return error.TooManyNotes;
    const line = try std.mem.concat(engraft.memory, u8, &.{ text, "\n" });
    try file.writePositionalAll(io, line, end);
    const kept = try engraft.memory.alloc(u8, @intCast(end + line.len));
    return kept[0..try file.readPositionalAll(io, kept, 0)];
}

// The operations without a host: files are those of this machine.
test "it counts the lines" {
    var place = std.testing.tmpDir(.{});
    defer place.cleanup();
    folder = place.dir;
    defer folder = null;
    var host: engraft.Host = .{};
    try std.testing.expectEqual(1, (try note(.{ .text = "Buy milk" }, &host)).lines);
    try std.testing.expectEqual(2, (try note(.{ .text = "Drink it" }, &host)).lines);
}

test "no line is the caller's mistake" {
    var host: engraft.Host = .{};
    for ([_][]const u8{ "", "a\nb" }) |text| {
        try std.testing.expectError(error.Refused, note(.{ .text = text }, &host));
        try std.testing.expectEqual(.invalid_input, host.why.kind);
    }
}
