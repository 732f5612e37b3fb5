use engraft_guest::capability;

#[capability(name = "test.mistake")]
mod mistake {
    use engraft_guest::{Failure, Schema};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Text {
        text: String,
    }

    #[derive(Schema)]
    pub struct Bare {
        text: String,
    }

    #[operation]
    pub fn echo(input: Bare) -> Result<Text, Failure> {
        Ok(Text { text: input.text })
    }
}

fn main() {}
