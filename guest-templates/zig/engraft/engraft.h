/* What a capability in C is written with: answers, and what the host can be asked.
 *
 * An operation is a function `engraft_answer op_<name>(const json *input)`; `capability.yaml` lists
 * it. Functions of the host are there only where `capability.yaml` asks for their permission. */
#ifndef ENGRAFT_H
#define ENGRAFT_H

#include "../bindings/capability.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ENGRAFT_INVALID_INPUT,
    ENGRAFT_DENIED,
    ENGRAFT_UNAVAILABLE,
    ENGRAFT_FAILED,
} engraft_failure_kind;

/* What an operation gives: an output, or why there is none. */
typedef struct {
    json *output;
    engraft_failure_kind kind;
    const char *message;
    /* The same call may succeed later. */
    bool retryable;
    /* Something outside has changed already. */
    bool effect_happened;
} engraft_answer;

engraft_answer engraft_output(json *output);
engraft_answer engraft_failure(engraft_failure_kind kind, const char *message);
/* The input does not fit; another would. */
engraft_answer engraft_invalid_input(const char *message);
/* Something that is needed was not allowed. */
engraft_answer engraft_denied(const char *message);
/* Something that is needed is away; it may be tried again. */
engraft_answer engraft_unavailable(const char *message);
/* Anything else. */
engraft_answer engraft_failed(const char *message);

/* What can be called; made from capability.yaml, and ended by an entry without a name. */
typedef struct {
    const char *name;
    engraft_answer (*run)(const json *input);
} engraft_operation;
extern const engraft_operation engraft_operations[];

/* What a capability says as it breaks; the message of the trap that follows. */
void engraft_fault(const char *message, size_t length);

/* Functions of the host say whether it was done. Where it was not, `why` is the answer to give. */

#ifdef ENGRAFT_HAS_LOG
typedef enum { ENGRAFT_TRACE, ENGRAFT_DEBUG, ENGRAFT_INFO, ENGRAFT_WARN, ENGRAFT_ERROR } engraft_level;
bool engraft_log(engraft_level level, const char *message);
#endif

#ifdef ENGRAFT_HAS_CLOCK
bool engraft_now(int64_t *seconds, uint32_t *nanoseconds, engraft_answer *why);
#endif

#ifdef ENGRAFT_HAS_RANDOM
bool engraft_random(uint64_t *number, engraft_answer *why);
#endif

#ifdef ENGRAFT_HAS_PROGRESS
/* `fraction` from 0 to 1; below 0 where nobody knows. */
bool engraft_progress(double fraction, const char *message);
#endif

#ifdef ENGRAFT_HAS_KV
/* NULL in `value` where there is none. */
bool engraft_kv_get(const char *key, const char **value, size_t *length, engraft_answer *why);
bool engraft_kv_set(const char *key, const char *value, size_t length, engraft_answer *why);
bool engraft_kv_increment(const char *key, int64_t delta, int64_t *sum, engraft_answer *why);
#endif

#ifdef ENGRAFT_HAS_HTTP
typedef struct {
    const char *method, *url;
    /* NULL for none. */
    const char *body;
    size_t body_length;
} engraft_request;
typedef struct {
    /* 0 where there is no response; `why` tells. */
    int status;
    const char *body;
    size_t body_length;
    engraft_answer why;
} engraft_response;
/* Sends requests side by side; as many responses, in the order asked. */
bool engraft_http(const engraft_request *requests, size_t count, engraft_response *responses, engraft_answer *why);
#endif

#ifdef ENGRAFT_HAS_CALL
/* The output of another capability; NULL where it gave none, and `why` says what it said. */
json *engraft_call(const char *capability, const char *operation, const json *input, engraft_answer *why);
#endif

#ifdef ENGRAFT_HAS_CONFIG
/* NULL in `value` where there is none. */
bool engraft_config(const char *key, const char **value, engraft_answer *why);
#endif

#ifdef ENGRAFT_HAS_STATE
/* Everything worth keeping; the capability writes these two. */
engraft_answer engraft_save(void);
engraft_answer engraft_restore(const char *version, const json *saved);
#endif

#ifdef __cplusplus
}
#endif
#endif
