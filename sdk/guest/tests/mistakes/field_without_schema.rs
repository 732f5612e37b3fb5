use engraft_guest::capability;

#[capability(name = "test.mistake")]
mod mistake {
    use engraft_guest::{Failure, Schema};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Text {
        text: String,
    }

    #[derive(Deserialize)]
    pub struct Bare(String);

    #[derive(Deserialize, Schema)]
    pub struct Input {
        bare: Bare,
    }

    #[operation]
    pub fn echo(input: Input) -> Result<Text, Failure> {
        Ok(Text { text: input.bare.0 })
    }
}

fn main() {}
