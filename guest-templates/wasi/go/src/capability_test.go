package capability

import (
	"errors"
	"path/filepath"
	"testing"

	"capability/engraft"
)

// The operations without a host: files are those of this machine.
func kind(t *testing.T, err error) engraft.Kind {
	t.Helper()
	var failure *engraft.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("%v", err)
	}
	return failure.Kind
}

func TestItCountsTheLines(t *testing.T) {
	notes = filepath.Join(t.TempDir(), "notes.txt")
	for lines, text := range []string{"Buy milk", "Drink it"} {
		output, err := Note(NoteInput{Text: text}, &engraft.Host{})
		if err != nil || output.Lines != lines+1 {
			t.Fatalf("%q: %v, %v", text, output, err)
		}
	}
}

func TestNoLineIsTheCallersMistake(t *testing.T) {
	for _, text := range []string{"", "a\nb"} {
		_, err := Note(NoteInput{Text: text}, &engraft.Host{})
		if kind(t, err) != engraft.KindInvalidInput {
			t.Fatalf("%q: %v", text, err)
		}
	}
}

func TestWithoutTheDirectoryItSaysSo(t *testing.T) {
	notes = filepath.Join(t.TempDir(), "no", "notes.txt")
	_, err := Note(NoteInput{Text: "Buy milk"}, &engraft.Host{})
	if kind(t, err) != engraft.KindDenied {
		t.Fatalf("%v", err)
	}
}
