#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../engraft/engraft.h"

engraft_answer op_mirror(const json *input) { return engraft_output((json *)input); }

engraft_answer op_numbers(const json *input) {
    int64_t integer;
    double number;
    if (!json_integer(json_member(input, "integer"), &integer)) return engraft_invalid_input("no integer");
    if (!json_number(json_member(input, "number"), &number)) return engraft_invalid_input("no number");
    json *output = json_new_object();
    json_put(output, "integer", json_new_integer(integer));
    return engraft_output(json_put(output, "number", json_new_number(number)));
}

engraft_answer op_refuse(const json *input) {
    (void)input;
    return engraft_unavailable("try again later");
}

engraft_answer op_throw(const json *input) {
    fprintf(stderr, "something went wrong\n");
    (void)input;
    abort();
}

engraft_answer op_trap(const json *input) {
    (void)input;
    __builtin_trap();
}

static volatile int depth;
__attribute__((noinline)) static int deeper(int n) {
    volatile char room[256];
    room[n & 255] = (char)n;
    depth++;
    return deeper(n + 1) + room[n & 127];
}

engraft_answer op_recurse(const json *input) {
    (void)input;
    return engraft_output(json_new_integer(deeper(0)));
}

engraft_answer op_count(const json *input) {
    (void)input;
    int64_t sum;
    engraft_answer why;
    if (!engraft_kv_increment("calls", 1, &sum, &why)) return why;
    return engraft_output(json_new_integer(sum));
}

engraft_answer op_fetch(const json *input) {
    engraft_request requests[2] = {{"GET", json_text(json_member(input, "url")), NULL, 0}, {"POST", json_text(json_member(input, "url")), "body", 4}};
    engraft_response responses[2];
    engraft_answer why;
    if (!engraft_http(requests, 2, responses, &why)) return why;
    json *output = json_new_array();
    for (int i = 0; i < 2; i++) {
        if (!responses[i].status) return responses[i].why;
        json_push(output, json_new_text_of(responses[i].body, responses[i].body_length));
    }
    return engraft_output(output);
}

engraft_answer op_ask(const json *input) {
    engraft_answer why;
    json *output = engraft_call(json_text(json_member(input, "capability")), "mirror", json_new_text("hello"), &why);
    return output ? engraft_output(output) : why;
}

engraft_answer op_report(const json *input) {
    (void)input;
    engraft_progress(0.5, "half");
    return engraft_output(json_new_null());
}

engraft_answer op_spin(const json *input) {
    (void)input;
    for (volatile int i = 0;; i++) {}
}

engraft_answer op_hoard(const json *input) {
    (void)input;
    for (;;) {
        static void *volatile kept;
        kept = malloc(1 << 20);
        if (!kept) return engraft_failed("no memory is left");
        memset(kept, 1, 4096);
    }
}

engraft_answer op_look(const json *input) {
    (void)input;
    printf("a printed line\n");
    int64_t seconds;
    uint32_t nanoseconds;
    uint64_t number;
    engraft_answer why;
    if (!engraft_now(&seconds, &nanoseconds, &why) || !engraft_random(&number, &why)) return why;
    json *output = json_new_array();
    json_push(output, json_new_integer(seconds));
    json_push(output, json_new_integer((int64_t)time(NULL)));
    return engraft_output(json_push(output, json_new_unsigned(number)));
}

static char kept[64], from_version[32];

static void copy(char *to, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size) length = size - 1;
    memcpy(to, text, length);
    to[length] = 0;
}

engraft_answer op_keep(const json *input) {
    copy(kept, sizeof kept, json_text(json_member(input, "text")));
    return engraft_output(json_new_null());
}

engraft_answer op_kept(const json *input) {
    (void)input;
    json *output = json_new_array();
    json_push(output, json_new_text(kept));
    return engraft_output(json_push(output, json_new_text(from_version)));
}

engraft_answer engraft_save(void) { return engraft_output(json_new_text(kept)); }

engraft_answer engraft_restore(const char *version, const json *saved) {
    if (!json_text(saved)) return engraft_invalid_input("that was not saved by me");
    copy(kept, sizeof kept, json_text(saved));
    copy(from_version, sizeof from_version, version);
    return engraft_output(json_new_null());
}
