/* The operations without a host: files are those of this machine. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../engraft/engraft.h"

extern const char *notes_path;
engraft_answer op_note(const json *input);

static engraft_answer note(const char *input) { return op_note(json_parse(input, strlen(input))); }

int main(void) {
    notes_path = "build/test-notes.txt";
    remove(notes_path);
    assert(!strcmp(json_print(note("{\"text\": \"Buy milk\"}").output, NULL), "{\"lines\":1}"));
    assert(!strcmp(json_print(note("{\"text\": \"Drink it\"}").output, NULL), "{\"lines\":2}"));
    assert(note("{\"text\": \"\"}").kind == ENGRAFT_INVALID_INPUT);
    assert(note("{}").kind == ENGRAFT_INVALID_INPUT);
    notes_path = "build/no/such/folder";
    assert(note("{\"text\": \"Buy milk\"}").kind == ENGRAFT_DENIED);
    json_forget();
    puts("fine");
    return 0;
}
