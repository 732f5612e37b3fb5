/* Greets people, and remembers how often. */
#include <string.h>

#include "../engraft/engraft.h"

/* Names longer than this are no names, and would fill the store. */
#define NAME_BYTES_MAX 100

static bool is_space(char c) { return c == ' ' || c == '\t'; }

engraft_answer op_greet(const json *input) {
    const char *name = json_text(json_member(input, "name"));
    if (!name) return engraft_invalid_input("`name` is missing");
    while (is_space(*name)) name++;
    size_t length = strlen(name);
    while (length && is_space(name[length - 1])) length--;
    if (!length || length > NAME_BYTES_MAX) return engraft_invalid_input("a name has 1 to 100 bytes");

    char key[NAME_BYTES_MAX + 16] = "greeted/", text[NAME_BYTES_MAX + 16] = "Hello, ";
    strncat(key, name, length);
    strncat(text, name, length);
    strcat(text, "!");

    int64_t times;
    engraft_answer why;
    if (!engraft_kv_increment(key, 1, &times, &why)) return why;
    json *output = json_new_object();
    json_put(output, "text", json_new_text(text));
    json_put(output, "times", json_new_integer(times));
    return engraft_output(output);
}
