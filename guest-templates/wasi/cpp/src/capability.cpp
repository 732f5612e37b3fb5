// Keeps notes in a file, in a directory that a host grants.
#include <fstream>
#include <string>

#include "../engraft/engraft.hpp"

using engraft::Answer;
using engraft::Value;

// Tests point it elsewhere.
std::string notes_path = "/data/notes.txt";

extern "C" Answer op_note(const json *input) {
    const auto text = Value(input)["text"].text().value_or("");
    if (text.empty() || text.contains('\n')) return engraft::invalid_input("a note is one line");
    {
        std::ofstream file(notes_path, std::ios::app);
        if (!file) return engraft::denied("the directory of the notes is not granted");
        file << text << '\n';
        if (!file.flush()) return engraft::failed("the note was not kept");
    }
    std::ifstream file(notes_path);
    std::int64_t lines = 0;
    for (std::string line; std::getline(file, line);) lines++;
    return engraft::output(Value::object({{"lines", lines}}));
}
