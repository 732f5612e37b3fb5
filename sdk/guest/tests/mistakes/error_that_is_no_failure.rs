use engraft_guest::capability;

#[capability(name = "test.mistake")]
mod mistake {
    use engraft_guest::Schema;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Text {
        text: String,
    }

    #[operation]
    pub fn echo(input: Text) -> Result<Text, std::num::ParseIntError> {
        input.text.parse::<u8>()?;
        Ok(input)
    }
}

fn main() {}
