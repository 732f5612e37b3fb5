// Greets people, and remembers how often.
#include "../engraft/engraft.hpp"

using engraft::Answer;
using engraft::Value;

// Names longer than this are no names, and would fill the store.
constexpr std::size_t name_bytes_max = 100;

static std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
    return begin == text.npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

extern "C" Answer op_greet(const json *input) {
    const auto name = trimmed(Value(input)["name"].text().value_or(""));
    if (name.empty() || name.size() > name_bytes_max) {
        return engraft::invalid_input("a name has 1 to 100 bytes");
    }
    const auto key = "greeted/" + std::string(name);
    std::int64_t times;
    Answer why;
    if (!engraft_kv_increment(key.c_str(), 1, &times, &why)) return why;
    return engraft::output(Value::object({
        {"text", "Hello, " + std::string(name) + "!"},
        {"times", times},
    }));
}
