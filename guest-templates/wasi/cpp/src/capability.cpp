// Keeps notes in a file, in a directory that a host grants.
#include <cstdio>
#include <memory>
#include <string>

#include "../engraft/engraft.hpp"

using engraft::Answer;
using engraft::Value;

// Tests point it elsewhere.
std::string notes_path = "/data/notes.txt";

// Closes a file at the end of its block.
struct Closing {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

extern "C" Answer op_note(const json *input) {
    const auto text = Value(input)["text"].text().value_or("");
    if (text.empty() || text.contains('\n')) return engraft::invalid_input("a note is one line");
    const std::unique_ptr<std::FILE, Closing> file(std::fopen(notes_path.c_str(), "a+"));
    if (!file) return engraft::denied("the directory of the notes is not granted");
    const auto line = std::string(text) + "\n";
    if (std::fputs(line.c_str(), file.get()) < 0 || std::fflush(file.get())) {
        return engraft::failed("the note was not kept");
    }
    std::rewind(file.get());
    std::int64_t lines = 0;
    for (int c = std::getc(file.get()); c != EOF; c = std::getc(file.get())) lines += c == '\n';
    return engraft::output(Value::object({{"lines", lines}}));
}
