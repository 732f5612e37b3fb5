/* Answers; apart from the rest because tests without a host need them too. */
#include "engraft.h"

engraft_answer engraft_output(json *output) { return (engraft_answer){.output = output}; }

engraft_answer engraft_failure(engraft_failure_kind kind, const char *message) {
    return (engraft_answer){.kind = kind, .message = message};
}

engraft_answer engraft_invalid_input(const char *message) {
    return engraft_failure(ENGRAFT_INVALID_INPUT, message);
}
engraft_answer engraft_denied(const char *message) { return engraft_failure(ENGRAFT_DENIED, message); }
engraft_answer engraft_failed(const char *message) { return engraft_failure(ENGRAFT_FAILED, message); }
engraft_answer engraft_unavailable(const char *message) {
    engraft_answer answer = engraft_failure(ENGRAFT_UNAVAILABLE, message);
    answer.retryable = true;
    return answer;
}
