// Package capability keeps notes in a file, in a directory that a host grants.
package capability

import (
	"bytes"
	"os"
	"strings"

	"capability/engraft"
)

// Tests point it elsewhere.
var notes = "/data/notes.txt"

// NoteInput says what to note.
type NoteInput struct {
	Text string `json:"text"`
}

// NoteOutput is how many lines there are, this one included.
type NoteOutput struct {
	Lines int `json:"lines"`
}

// Note adds a line to the notes and counts them.
func Note(input NoteInput, host *engraft.Host) (NoteOutput, error) {
	if input.Text == "" || strings.Contains(input.Text, "\n") {
		return NoteOutput{}, engraft.InvalidInput("a note is one line")
	}
	file, err := os.OpenFile(notes, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return NoteOutput{}, engraft.Denied("the notes cannot be kept: " + err.Error())
	}
	defer file.Close()
	if _, err := file.WriteString(input.Text + "\n"); err != nil {
		return NoteOutput{}, err
	}
	kept, err := os.ReadFile(notes)
	if err != nil {
		return NoteOutput{}, err
	}
	return NoteOutput{Lines: bytes.Count(kept, []byte("\n"))}, nil
}
