/* JSON values for a capability: read the input, make the output.
 *
 * A value lives until the call ends; nothing has to be freed. Numbers keep their digits, so that
 * 64-bit integers and the edges of floats come out as they went in. */
#ifndef ENGRAFT_JSON_H
#define ENGRAFT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct json json;

typedef enum {
    JSON_NULL,
    JSON_BOOLEAN,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT,
} json_kind;

/* NULL where the text is not JSON, or nested deeper than 128 levels. */
json *json_parse(const char *text, size_t length);
/* The value as text that ends in NUL; its length goes to `length` where that is not NULL. */
const char *json_print(const json *value, size_t *length);

/* Each of these takes NULL for a value that is not there. */
json_kind json_kind_of(const json *value);
/* The text in UTF-8, ending in NUL; NULL where the value is none. */
const char *json_text(const json *value);
/* Bytes of a text; it may hold NUL. */
size_t json_text_length(const json *value);
/* These say whether the value is one that fits. */
bool json_integer(const json *value, int64_t *out);
bool json_unsigned(const json *value, uint64_t *out);
bool json_number(const json *value, double *out);
bool json_boolean(const json *value, bool *out);
/* How many items or members. */
size_t json_count(const json *value);
json *json_item(const json *array, size_t index);
json *json_member(const json *object, const char *key);

json *json_new_null(void);
json *json_new_boolean(bool value);
json *json_new_integer(int64_t value);
json *json_new_unsigned(uint64_t value);
/* What JSON does not have, infinities and not-a-number, becomes null. */
json *json_new_number(double value);
json *json_new_text(const char *text);
json *json_new_text_of(const char *text, size_t length);
json *json_new_array(void);
json *json_new_object(void);
/* Both give the container back. */
json *json_push(json *array, json *value);
json *json_put(json *object, const char *key, json *value);

/* Memory that is gone when the call ends; never NULL, for a call that finds none traps. */
void *json_memory(size_t size);
/* Ends the life of every value. The dispatcher calls it. */
void json_forget(void);

#ifdef __cplusplus
}
#endif
#endif
