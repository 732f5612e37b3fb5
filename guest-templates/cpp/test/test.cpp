// The operations without a host: what they ask of it is answered here.
#include <cassert>
#include <cstdio>
#include <cstring>

#include "../engraft/engraft.hpp"

extern "C" engraft_answer op_greet(const json *input);

static int64_t count;
static bool is_denied;

extern "C" bool engraft_kv_increment(const char *key, int64_t delta, int64_t *sum, engraft_answer *why) {
    if (is_denied) {
        *why = engraft_denied("kv is not granted");
        return false;
    }
    assert(!strcmp(key, "greeted/Ada"));
    *sum = count += delta;
    return true;
}

static engraft_answer greet(const char *input) { return op_greet(json_parse(input, strlen(input))); }

int main(void) {
    assert(!strcmp(json_print(greet("{\"name\": \"Ada\"}").output, NULL), "{\"text\":\"Hello, Ada!\",\"times\":1}"));
    assert(!strcmp(json_print(greet("{\"name\": \" Ada \"}").output, NULL), "{\"text\":\"Hello, Ada!\",\"times\":2}"));
    const char *wrong[] = {"{\"name\": \" \"}", "{\"nam\": \"Ada\"}", "{}", "{\"name\": 3}"};
    for (size_t i = 0; i < 4; i++) {
        engraft_answer answer = greet(wrong[i]);
        assert(!answer.output && answer.kind == ENGRAFT_INVALID_INPUT);
    }
    is_denied = true;
    assert(greet("{\"name\": \"Ada\"}").kind == ENGRAFT_DENIED);
    json_forget();
    puts("fine");
    return 0;
}
