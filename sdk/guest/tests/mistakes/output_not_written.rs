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
        pub text: String,
    }

    #[operation]
    pub fn echo(input: Text) -> Result<Bare, Failure> {
        Ok(Bare { text: input.text })
    }
}

fn main() {}
