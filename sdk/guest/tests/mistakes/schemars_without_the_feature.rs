use engraft_guest::capability;

#[capability(name = "test.mistake")]
mod mistake {
    use engraft_guest::{Failure, Schema};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Text {
        text: String,
    }

    #[operation(schemars)]
    pub fn echo(input: Text) -> Result<Text, Failure> {
        Ok(input)
    }
}

fn main() {}
