/* Keeps notes in a file, in a directory that a host grants. */
#include <stdio.h>
#include <string.h>

#include "../engraft/engraft.h"

/* Tests point it elsewhere. */
const char *notes_path = "/data/notes.txt";

engraft_answer op_note(const json *input) {
    const char *text = json_text(json_member(input, "text"));
    if (!text || !*text || strchr(text, '\n')) return engraft_invalid_input("a note is one line");

    FILE *file = fopen(notes_path, "a+");
    if (!file) return engraft_denied("the directory of the notes is not granted");
    fprintf(file, "%s\n", text);
    rewind(file);
    int64_t lines = 0;
    for (int c = getc(file); c != EOF; c = getc(file)) lines += c == '\n';
    if (fclose(file)) return engraft_failed("the note was not kept");
    return engraft_output(json_put(json_new_object(), "lines", json_new_integer(lines)));
}
