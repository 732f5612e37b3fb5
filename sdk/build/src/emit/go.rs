//! `main.go`, the entry of a capability in Go.
//!
//! *Never:* an operation is found by its name at run time; a missing one does not compile.

use super::image;
use crate::description::Description;
use crate::stub;

pub(crate) fn main(description: &Description) -> String {
    let image = image::of(description);
    let mut text = "// Made by `engraft build` from capability.yaml. DO NOT EDIT.\n\npackage main\n\n\
                    import (\n\t\"capability/engraft\"\n\t\"capability/engraft/guest\"\n\tcapability \"capability/src\"\n)\n\n\
                    func init() {\n\tguest.Serve(guest.Capability{\n\t\tOperations: map[string]engraft.Operation{\n"
        .to_owned();
    for name in description.operations.keys() {
        text.push_str(&format!(
            "\t\t\t\"{name}\": engraft.Run(capability.{}),\n",
            stub::camel(name)
        ));
    }
    text.push_str("\t\t},\n");
    if description.state {
        text.push_str("\t\tSave:    capability.Save,\n\t\tRestore: capability.Restore,\n");
    }
    text.push_str(&format!(
        "\t\tDescription: {},\n\t\tAddresses: []uint32{{",
        literal(&image.bytes)
    ));
    let addresses: Vec<String> = image.addresses.iter().map(ToString::to_string).collect();
    text.push_str(&addresses.join(", "));
    text.push_str("},\n\t})\n}\n\nfunc main() {}\n");
    text
}

fn literal(bytes: &[u8]) -> String {
    let mut text = "\"".to_owned();
    for byte in bytes {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}
