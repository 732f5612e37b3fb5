/* The way between the bindings and what is in engraft.h. */
#include "engraft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bindings/guest.h"

/* === texts === */

static inline guest_string_t lend(const char *text) {
    return (guest_string_t){(uint8_t *)text, strlen(text)};
}

/* Takes over what the host handed out, until the call ends. */
static inline const char *keep(uint8_t *bytes, size_t length) {
    char *kept = json_memory(length + 1);
    if (length) {
        memcpy(kept, bytes, length);
        free(bytes);
    }
    kept[length] = 0;
    return kept;
}

/* An error of the host as the answer that tells a caller the truth. */
static inline engraft_answer refused(engraft_capability_types_host_error_t *error) {
    const char *message = keep(error->val.denied.ptr, error->val.denied.len);
    engraft_answer answer = engraft_failed(message);
    switch (error->tag) {
    case ENGRAFT_CAPABILITY_TYPES_HOST_ERROR_DENIED: return engraft_denied(message);
    case ENGRAFT_CAPABILITY_TYPES_HOST_ERROR_EXHAUSTED: return engraft_failure(ENGRAFT_UNAVAILABLE, message);
    case ENGRAFT_CAPABILITY_TYPES_HOST_ERROR_UNAVAILABLE: return engraft_unavailable(message);
    case ENGRAFT_CAPABILITY_TYPES_HOST_ERROR_FAILED: answer.effect_happened = true; return answer;
    default: return answer;
    }
}

/* === the host === */

#ifdef ENGRAFT_HAS_LOG
bool engraft_log(engraft_level level, const char *message) {
    guest_string_t text = lend(message);
    guest_list_tuple2_string_string_t none = {NULL, 0};
    engraft_capability_types_host_error_t error;
    if (engraft_capability_log_write((uint8_t)level, &text, &none, &error)) return true;
    refused(&error);
    return false;
}
#endif

#ifdef ENGRAFT_HAS_CLOCK
bool engraft_now(int64_t *seconds, uint32_t *nanoseconds, engraft_answer *why) {
    engraft_capability_clock_datetime_t now;
    engraft_capability_types_host_error_t error;
    if (!engraft_capability_clock_now(&now, &error)) {
        *why = refused(&error);
        return false;
    }
    *seconds = now.seconds;
    *nanoseconds = now.nanoseconds;
    return true;
}
#endif

#ifdef ENGRAFT_HAS_RANDOM
bool engraft_random(uint64_t *number, engraft_answer *why) {
    engraft_capability_types_host_error_t error;
    if (engraft_capability_random_number(number, &error)) return true;
    *why = refused(&error);
    return false;
}
#endif

#ifdef ENGRAFT_HAS_PROGRESS
bool engraft_progress(double fraction, const char *message) {
    guest_string_t text = lend(message);
    engraft_capability_types_host_error_t error;
    if (engraft_capability_progress_report(fraction < 0 ? NULL : &fraction, &text, &error)) return true;
    refused(&error);
    return false;
}
#endif

#ifdef ENGRAFT_HAS_KV
bool engraft_kv_get(const char *key, const char **value, size_t *length, engraft_answer *why) {
    guest_string_t name = lend(key);
    guest_option_list_u8_t found;
    engraft_capability_types_host_error_t error;
    if (!engraft_capability_kv_get(&name, &found, &error)) {
        *why = refused(&error);
        return false;
    }
    *length = found.is_some ? found.val.len : 0;
    *value = found.is_some ? keep(found.val.ptr, found.val.len) : NULL;
    return true;
}

bool engraft_kv_set(const char *key, const char *value, size_t length, engraft_answer *why) {
    guest_string_t name = lend(key);
    guest_list_u8_t bytes = {(uint8_t *)value, length};
    engraft_capability_types_host_error_t error;
    if (engraft_capability_kv_set(&name, &bytes, &error)) return true;
    *why = refused(&error);
    return false;
}

bool engraft_kv_increment(const char *key, int64_t delta, int64_t *sum, engraft_answer *why) {
    guest_string_t name = lend(key);
    engraft_capability_types_host_error_t error;
    if (engraft_capability_kv_increment(&name, delta, sum, &error)) return true;
    *why = refused(&error);
    return false;
}
#endif

#ifdef ENGRAFT_HAS_HTTP
bool engraft_http(const engraft_request *requests, size_t count, engraft_response *responses, engraft_answer *why) {
    engraft_capability_http_list_request_t asked = {json_memory(count * sizeof *asked.ptr), count};
    memset(asked.ptr, 0, count * sizeof *asked.ptr);
    for (size_t i = 0; i < count; i++) {
        asked.ptr[i].method = lend(requests[i].method);
        asked.ptr[i].url = lend(requests[i].url);
        asked.ptr[i].body.is_some = requests[i].body != NULL;
        asked.ptr[i].body.val.ptr = (uint8_t *)requests[i].body;
        asked.ptr[i].body.val.len = requests[i].body_length;
    }
    engraft_capability_http_list_result_response_host_error_t got;
    engraft_capability_types_host_error_t error;
    if (!engraft_capability_http_send_all(&asked, &got, &error)) {
        *why = refused(&error);
        return false;
    }
    memset(responses, 0, count * sizeof *responses);
    for (size_t i = 0; i < got.len && i < count; i++) {
        if (got.ptr[i].is_err) {
            responses[i].why = refused(&got.ptr[i].val.err);
            continue;
        }
        engraft_capability_http_response_t *response = &got.ptr[i].val.ok;
        responses[i].status = response->status;
        responses[i].body_length = response->body.len;
        responses[i].body = keep(response->body.ptr, response->body.len);
        guest_list_tuple2_string_string_free(&response->headers);
    }
    if (got.len) free(got.ptr);
    return true;
}
#endif

#ifdef ENGRAFT_HAS_CALL
json *engraft_call(const char *capability, const char *operation, const json *input, engraft_answer *why) {
    engraft_capability_call_request_t request = {lend(capability), lend(operation), {NULL, 0}};
    request.input.ptr = (uint8_t *)json_print(input, &request.input.len);
    guest_string_t output;
    engraft_capability_types_failure_t error;
    if (!engraft_capability_call_invoke(&request, &output, &error)) {
        engraft_capability_types_failure_facts_t *facts = &error.val.failed;
        *why = engraft_failure((engraft_failure_kind)error.tag, keep(facts->message.ptr, facts->message.len));
        why->retryable = facts->retryable;
        why->effect_happened = facts->effect_happened;
        return NULL;
    }
    size_t length = output.len;
    json *value = json_parse(keep(output.ptr, output.len), length);
    if (!value) *why = engraft_failed("the other capability gave no JSON");
    return value;
}
#endif

#ifdef ENGRAFT_HAS_CONFIG
bool engraft_config(const char *key, const char **value, engraft_answer *why) {
    guest_string_t name = lend(key);
    guest_option_string_t found;
    engraft_capability_types_host_error_t error;
    if (!engraft_capability_config_get(&name, &found, &error)) {
        *why = refused(&error);
        return false;
    }
    *value = found.is_some ? keep(found.val.ptr, found.val.len) : NULL;
    return true;
}
#endif

void engraft_fault(const char *message, size_t length) {
    guest_string_t text = {(uint8_t *)message, length};
    engraft_capability_fault_report(&text);
}

/* === being called === */

/* Where the adapter of WASI keeps its few words, if printing or the time of C bring it in. */
__attribute__((export_name("engraft_scratch"))) void *engraft_scratch(void) {
    static _Alignas(16) char scratch[8192];
    return scratch;
}

static bool told(engraft_answer answer, guest_failure_t *error) {
    if (answer.output) return true;
    error->tag = (uint8_t)answer.kind;
    error->val.failed.retryable = answer.retryable;
    error->val.failed.effect_happened = answer.effect_happened;
    guest_string_dup(&error->val.failed.message, answer.message ? answer.message : "");
    return false;
}

bool exports_guest_invoke(guest_string_t *operation, guest_string_t *input, guest_string_t *ret, guest_failure_t *err) {
    const engraft_operation *found = engraft_operations;
    while (found->name && (strlen(found->name) != operation->len || memcmp(found->name, operation->ptr, operation->len))) found++;
    json *value = json_parse((const char *)input->ptr, input->len);
    engraft_answer answer = !found->name ? engraft_invalid_input("there is no such operation")
                            : !value     ? engraft_invalid_input("the input is not JSON")
                                         : found->run(value);
    bool is_done = told(answer, err);
    if (is_done) {
        size_t length;
        const char *text = json_print(answer.output, &length);
        guest_string_dup_n(ret, text, length);
    }
    guest_string_free(operation);
    guest_string_free(input);
    json_forget();
    return is_done;
}

#ifdef ENGRAFT_HAS_STATE
bool exports_engraft_capability_state_save(guest_list_u8_t *ret, exports_engraft_capability_state_failure_t *err) {
    engraft_answer answer = engraft_save();
    bool is_done = told(answer, err);
    if (is_done) {
        guest_string_t text;
        size_t length;
        const char *printed = json_print(answer.output, &length);
        guest_string_dup_n(&text, printed, length);
        *ret = (guest_list_u8_t){text.ptr, text.len};
    }
    json_forget();
    return is_done;
}

bool exports_engraft_capability_state_restore(guest_string_t *version, guest_list_u8_t *saved, exports_engraft_capability_state_failure_t *err) {
    json *value = json_parse((const char *)saved->ptr, saved->len);
    size_t length = version->len;
    char *name = json_memory(length + 1);
    memcpy(name, version->ptr, length);
    name[length] = 0;
    engraft_answer answer = value ? engraft_restore(name, value) : engraft_invalid_input("what was saved is not JSON");
    bool is_done = told(answer, err);
    guest_string_free(version);
    guest_list_u8_free(saved);
    json_forget();
    return is_done;
}
#endif
