// The same as engraft.h, in the manner of C++: values that read and build JSON.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engraft.h"

namespace engraft {

using Answer = engraft_answer;

// A JSON value; it lives until the call ends.
class Value {
public:
    Value(const json *value = nullptr) : value_(const_cast<json *>(value)) {}
    Value(std::string_view text) : value_(json_new_text_of(text.data(), text.size())) {}
    Value(const std::string &text) : Value(std::string_view(text)) {}
    Value(const char *text) : value_(json_new_text(text)) {}
    Value(std::int64_t number) : value_(json_new_integer(number)) {}
    Value(int number) : Value(static_cast<std::int64_t>(number)) {}
    Value(std::uint64_t number) : value_(json_new_unsigned(number)) {}
    Value(double number) : value_(json_new_number(number)) {}
    Value(bool yes) : value_(json_new_boolean(yes)) {}

    static Value object(std::initializer_list<std::pair<const char *, Value>> members) {
        json *made = json_new_object();
        for (const auto &[key, member] : members) json_put(made, key, member.raw());
        return made;
    }
    static Value array() { return json_new_array(); }
    Value &push(Value item) { json_push(value_, item.raw()); return *this; }

    Value operator[](const char *key) const { return json_member(value_, key); }
    Value at(std::size_t index) const { return json_item(value_, index); }
    std::size_t size() const { return json_count(value_); }
    // Whether there is a value at all.
    bool is_there() const { return value_ != nullptr; }
    std::optional<std::string_view> text() const {
        const char *found = json_text(value_);
        if (!found) return std::nullopt;
        return std::string_view(found, json_text_length(value_));
    }
    std::optional<std::int64_t> integer() const { std::int64_t n; if (!json_integer(value_, &n)) return std::nullopt; return n; }
    std::optional<double> number() const { double n; if (!json_number(value_, &n)) return std::nullopt; return n; }
    std::optional<bool> boolean() const { bool b; if (!json_boolean(value_, &b)) return std::nullopt; return b; }

    json *raw() const { return value_ ? value_ : json_new_null(); }

private:
    json *value_;
};

inline Answer output(Value value) { return engraft_output(value.raw()); }
// A message outlives the call's own variables because it is copied.
inline const char *keep(std::string_view text) { return json_text(json_new_text_of(text.data(), text.size())); }
inline Answer invalid_input(std::string_view message) { return engraft_invalid_input(keep(message)); }
inline Answer denied(std::string_view message) { return engraft_denied(keep(message)); }
inline Answer unavailable(std::string_view message) { return engraft_unavailable(keep(message)); }
inline Answer failed(std::string_view message) { return engraft_failed(keep(message)); }

}  // namespace engraft
