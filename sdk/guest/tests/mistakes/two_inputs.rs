use engraft_guest::capability;

#[capability(name = "test.mistake")]
mod mistake {
    use engraft_guest::{Failure, Schema};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Text {
        text: String,
    }

    #[operation]
    pub fn echo(first: Text, second: Text) -> Result<Text, Failure> {
        Ok(if first.text.is_empty() { second } else { first })
    }
}

fn main() {}
