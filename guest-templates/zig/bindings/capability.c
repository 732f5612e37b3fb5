/* Made by `engraft build` from capability.yaml. */
#include "../engraft/engraft.h"
#include "guest.h"

#include <string.h>

void *cabi_realloc(void *, size_t, size_t, size_t);

engraft_answer op_greet(const json *input);

const engraft_operation engraft_operations[] = {
    {"greet", op_greet},
    {0, 0},
};

/* The bindings want an object file with the component's type; `engraft build` puts the type in. */
void __component_type_object_force_link_guest(void);
void __component_type_object_force_link_guest(void) {}

static void *room(size_t size, size_t count) {
    void *at = count ? cabi_realloc(0, 0, 8, size * count) : 0;
    if (count) memset(at, 0, size * count);
    return at;
}

__attribute__((unused)) static void copy(guest_list_string_t *to, const char *const *texts, size_t count) {
    to->ptr = room(sizeof *to->ptr, count);
    to->len = count;
    for (size_t i = 0; i < count; i++) guest_string_dup(&to->ptr[i], texts[i]);
}

void exports_guest_describe(guest_description_t *ret) {
    memset(ret, 0, sizeof *ret);
    guest_string_dup(&ret->name, "example.greet");
    guest_string_dup(&ret->summary, "Greets people by their names.");
    ret->operations.len = 1;
    ret->operations.ptr = room(sizeof *ret->operations.ptr, 1);
    {
        engraft_capability_types_operation_t *op = &ret->operations.ptr[0];
        guest_string_dup(&op->name, "greet");
        guest_string_dup(&op->summary, "Greets a person and counts it.");
        guest_string_dup(&op->input_schema, "{\"additionalProperties\":false,\"properties\":{\"name\":{\"description\":\"Whom to greet.\",\"maxLength\":100,\"minLength\":1,\"type\":\"string\"}},\"required\":[\"name\"],\"type\":\"object\"}");
        guest_string_dup(&op->output_schema, "{\"properties\":{\"text\":{\"description\":\"What to say.\",\"type\":\"string\"},\"times\":{\"description\":\"How often this name was greeted, this time included.\",\"type\":\"integer\"}},\"required\":[\"text\",\"times\"],\"type\":\"object\"}");
        copy(&op->intents, (const char *const[]){"say hello to {name}", "greet {name}"}, 2);
        op->examples.len = 1;
        op->examples.ptr = room(sizeof *op->examples.ptr, 1);
        guest_string_dup(&op->examples.ptr[0].input, "{\"name\":\"Ada\"}");
        op->examples.ptr[0].output.is_some = true;
        guest_string_dup(&op->examples.ptr[0].output.val, "{\"text\":\"Hello, Ada!\",\"times\":1}");
    }
    engraft_capability_types_permission_t *p = room(sizeof *p, 1);
    ret->permissions.ptr = p;
    ret->permissions.len = 1;
    {
        p->tag = 4;
        p->val.kv.bytes = 65536u; p->val.kv.keys = 1000;
    }
}
