/* See json.h. Memory comes in blocks that are freed together when a call ends. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than any document, and shallow enough for a stack of 64 KiB. */
#define DEPTH_MAX 128
/* A double has 17 digits and an exponent, the largest integer 20. */
#define DIGITS_MAX 40
/* Most calls need one block. */
#define BLOCK_SIZE 4096

struct json {
    json_kind kind;
    bool yes;
    /* The digits of a number, or a text. */
    const char *text;
    size_t length;
    /* The key, where this is a member. */
    const char *key;
    json *first, *last, *next;
};

typedef struct block {
    struct block *next;
    size_t used, size;
} block;

static block *blocks;

void *json_memory(size_t size) {
    size = (size + 7) & ~(size_t)7;
    if (!blocks || blocks->size - blocks->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block *fresh = malloc(sizeof(block) + room);
        if (!fresh) abort();
        fresh->next = blocks;
        fresh->used = 0;
        fresh->size = room;
        blocks = fresh;
    }
    void *at = (char *)(blocks + 1) + blocks->used;
    blocks->used += size;
    return at;
}

void json_forget(void) {
    while (blocks) {
        block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

static json *make(json_kind kind) {
    json *value = json_memory(sizeof *value);
    memset(value, 0, sizeof *value);
    value->kind = kind;
    return value;
}

/* === reading === */

typedef struct {
    const char *at, *end;
} reader;

static json *read_value(reader *from, int depth);

static void skip_space(reader *from) {
    while (from->at < from->end && strchr(" \t\r\n", *from->at) && *from->at) from->at++;
}

static bool take(reader *from, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(from->end - from->at) < length || memcmp(from->at, word, length)) return false;
    from->at += length;
    return true;
}

static bool is_digit(const reader *from) {
    return from->at < from->end && *from->at >= '0' && *from->at <= '9';
}

static bool digits(reader *from) {
    if (!is_digit(from)) return false;
    while (is_digit(from)) from->at++;
    return true;
}

static json *read_number(reader *from) {
    const char *begin = from->at;
    take(from, "-");
    if (!take(from, "0") && !digits(from)) return NULL;
    if (take(from, ".") && !digits(from)) return NULL;
    if (take(from, "e") || take(from, "E")) {
        if (!take(from, "+")) take(from, "-");
        if (!digits(from)) return NULL;
    }
    json *value = make(JSON_NUMBER);
    value->length = (size_t)(from->at - begin);
    char *text = json_memory(value->length + 1);
    memcpy(text, begin, value->length);
    text[value->length] = 0;
    value->text = text;
    /* More digits than any number has; not every reader copes with hundreds of them. */
    return value->length > DIGITS_MAX ? json_new_number(strtod(text, NULL)) : value;
}

static bool read_unit(reader *from, uint32_t *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        if (from->at >= from->end) return false;
        char c = *from->at++;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16) return false;
        *unit = *unit << 4 | digit;
    }
    return true;
}

static char *put_utf8(char *to, uint32_t code) {
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else {
        *to++ = (char)(0xf0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    }
    return to;
}

/* A code point from `\uXXXX`; two of them make one outside the basic plane. */
static bool read_code(reader *from, uint32_t *code) {
    uint32_t low;
    if (!read_unit(from, code)) return false;
    if (*code >= 0xdc00 && *code < 0xe000) return false;
    if (*code < 0xd800 || *code >= 0xdc00) return true;
    if (!take(from, "\\u") || !read_unit(from, &low) || low < 0xdc00 || low >= 0xe000) return false;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static json *read_text(reader *from) {
    if (!take(from, "\"")) return NULL;
    const char *close = from->at;
    while (close < from->end && *close != '"') close += *close == '\\' ? 2 : 1;
    if (close >= from->end) return NULL;
    /* No escape is shorter than what it stands for. */
    char *text = json_memory((size_t)(close - from->at) + 1), *to = text;
    while (from->at < close) {
        unsigned char c = (unsigned char)*from->at++;
        if (c < 0x20) return NULL;
        if (c != '\\') {
            *to++ = (char)c;
            continue;
        }
        c = (unsigned char)*from->at++;
        const char *escapes = "\"\"\\\\//b\bf\fn\nr\rt\t", *found = escapes;
        while (*found && (unsigned char)*found != c) found += 2;
        uint32_t code;
        if (*found) {
            *to++ = found[1];
        } else if (c == 'u' && read_code(from, &code)) {
            to = put_utf8(to, code);
        } else {
            return NULL;
        }
    }
    from->at = close + 1;
    *to = 0;
    json *value = make(JSON_TEXT);
    value->text = text;
    value->length = (size_t)(to - text);
    return value;
}

static void append(json *container, json *value) {
    if (container->last) container->last->next = value;
    else container->first = value;
    container->last = value;
    container->length++;
}

static json *read_container(reader *from, int depth, json_kind kind) {
    json *container = make(kind);
    const char *close = kind == JSON_OBJECT ? "}" : "]";
    from->at++;
    skip_space(from);
    if (take(from, close)) return container;
    for (;;) {
        const char *key = NULL;
        skip_space(from);
        if (kind == JSON_OBJECT) {
            json *name = read_text(from);
            if (!name) return NULL;
            key = name->text;
            skip_space(from);
            if (!take(from, ":")) return NULL;
        }
        json *value = read_value(from, depth + 1);
        if (!value) return NULL;
        value->key = key;
        append(container, value);
        skip_space(from);
        if (take(from, close)) return container;
        if (!take(from, ",")) return NULL;
    }
}

static json *read_value(reader *from, int depth) {
    skip_space(from);
    if (depth > DEPTH_MAX || from->at >= from->end) return NULL;
    switch (*from->at) {
    case '{': return read_container(from, depth, JSON_OBJECT);
    case '[': return read_container(from, depth, JSON_ARRAY);
    case '"': return read_text(from);
    case 't': return take(from, "true") ? json_new_boolean(true) : NULL;
    case 'f': return take(from, "false") ? json_new_boolean(false) : NULL;
    case 'n': return take(from, "null") ? json_new_null() : NULL;
    default: return read_number(from);
    }
}

json *json_parse(const char *text, size_t length) {
    reader from = {text, text + length};
    json *value = read_value(&from, 0);
    skip_space(&from);
    return from.at == from.end ? value : NULL;
}

json_kind json_kind_of(const json *value) { return value ? value->kind : JSON_NULL; }

const char *json_text(const json *value) {
    return json_kind_of(value) == JSON_TEXT ? value->text : NULL;
}

size_t json_text_length(const json *value) {
    return json_kind_of(value) == JSON_TEXT ? value->length : 0;
}

static bool whole(const json *value, bool *negative, uint64_t *size) {
    if (json_kind_of(value) != JSON_NUMBER) return false;
    const char *at = value->text;
    *negative = *at == '-';
    *size = 0;
    for (at += *negative; *at; at++) {
        if (*at < '0' || *at > '9') return false;
        uint64_t digit = (uint64_t)(*at - '0');
        if (*size > (UINT64_MAX - digit) / 10) return false;
        *size = *size * 10 + digit;
    }
    return true;
}

bool json_integer(const json *value, int64_t *out) {
    bool negative;
    uint64_t size;
    if (!whole(value, &negative, &size) || size > (uint64_t)INT64_MAX + negative) return false;
    *out = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

bool json_unsigned(const json *value, uint64_t *out) {
    bool negative;
    return whole(value, &negative, out) && (!negative || *out == 0);
}

bool json_number(const json *value, double *out) {
    if (json_kind_of(value) != JSON_NUMBER) return false;
    *out = strtod(value->text, NULL);
    return true;
}

bool json_boolean(const json *value, bool *out) {
    if (json_kind_of(value) != JSON_BOOLEAN) return false;
    *out = value->yes;
    return true;
}

size_t json_count(const json *value) {
    return json_kind_of(value) >= JSON_ARRAY ? value->length : 0;
}

json *json_item(const json *array, size_t index) {
    json *item = json_kind_of(array) >= JSON_ARRAY ? array->first : NULL;
    while (item && index--) item = item->next;
    return item;
}

json *json_member(const json *object, const char *key) {
    json *member = json_kind_of(object) == JSON_OBJECT ? object->first : NULL;
    while (member && strcmp(member->key, key)) member = member->next;
    return member;
}

/* === making === */

json *json_new_null(void) { return make(JSON_NULL); }

json *json_new_boolean(bool yes) {
    json *value = make(JSON_BOOLEAN);
    value->yes = yes;
    return value;
}

static json *new_whole(bool negative, uint64_t size) {
    char *text = json_memory(24), *at = text + 23;
    *at = 0;
    do *--at = (char)('0' + size % 10);
    while (size /= 10);
    if (negative) *--at = '-';
    json *value = make(JSON_NUMBER);
    value->text = at;
    value->length = (size_t)(text + 23 - at);
    return value;
}

json *json_new_integer(int64_t number) {
    return new_whole(number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

json *json_new_unsigned(uint64_t number) { return new_whole(false, number); }

json *json_new_number(double number) {
    if (number != number || number - number != 0) return json_new_null();
    char *text = json_memory(32);
    json *value = make(JSON_NUMBER);
    /* The shortest digits that are read as the same number. */
    for (int precision = 15; precision <= 17; precision++) {
        value->length = (size_t)snprintf(text, 32, "%.*g", precision, number);
        if (strtod(text, NULL) == number) break;
    }
    value->text = text;
    return value;
}

json *json_new_text_of(const char *text, size_t length) {
    char *copy = json_memory(length + 1);
    memcpy(copy, text, length);
    copy[length] = 0;
    json *value = make(JSON_TEXT);
    value->text = copy;
    value->length = length;
    return value;
}

json *json_new_text(const char *text) { return json_new_text_of(text, strlen(text)); }
json *json_new_array(void) { return make(JSON_ARRAY); }
json *json_new_object(void) { return make(JSON_OBJECT); }

json *json_push(json *array, json *value) {
    append(array, value);
    return array;
}

json *json_put(json *object, const char *key, json *value) {
    value->key = json_new_text(key)->text;
    append(object, value);
    return object;
}

/* === printing === */

typedef struct {
    char *text;
    size_t length, room;
} writer;

static void put(writer *to, const char *text, size_t length) {
    if (to->room - to->length < length + 1) {
        size_t room = (to->length + length + 1) * 2;
        char *larger = json_memory(room);
        memcpy(larger, to->text, to->length);
        to->text = larger;
        to->room = room;
    }
    memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = 0;
}

static void put_text(writer *to, const char *text, size_t length) {
    static const char hex[] = "0123456789abcdef";
    put(to, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        if (c == '"' || c == '\\') {
            put(to, "\\", 1);
            put(to, text + i, 1);
        } else if (c < 0x20) {
            put(to, escape, 6);
        } else {
            put(to, text + i, 1);
        }
    }
    put(to, "\"", 1);
}

static void put_value(writer *to, const json *value) {
    switch (json_kind_of(value)) {
    case JSON_NULL: put(to, "null", 4); return;
    case JSON_BOOLEAN: put(to, value->yes ? "true" : "false", value->yes ? 4 : 5); return;
    case JSON_NUMBER: put(to, value->text, value->length); return;
    case JSON_TEXT: put_text(to, value->text, value->length); return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    bool is_object = value->kind == JSON_OBJECT;
    put(to, is_object ? "{" : "[", 1);
    for (const json *item = value->first; item; item = item->next) {
        if (item != value->first) put(to, ",", 1);
        if (is_object) {
            put_text(to, item->key, strlen(item->key));
            put(to, ":", 1);
        }
        put_value(to, item);
    }
    put(to, is_object ? "}" : "]", 1);
}

const char *json_print(const json *value, size_t *length) {
    writer to = {json_memory(256), 0, 256};
    put_value(&to, value);
    if (length) *length = to.length;
    return to.text;
}
