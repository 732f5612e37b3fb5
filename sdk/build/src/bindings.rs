//! Bindings for C, which C++ and Zig use as well, made from the project's world.
//!
//! *Never:* a bindings file is edited by hand; the next build writes it anew.

use wit_bindgen_c::Opts;
use wit_bindgen_core::Files;

use crate::contract::{self, ContractError};
use crate::description::Description;

/// `guest.c` and `guest.h`.
pub(crate) fn c(description: &Description) -> Result<Vec<(String, Vec<u8>)>, ContractError> {
    let (mut resolve, world) = contract::resolve(description)?;
    // The component's type is put in when the component is made, so no object file is needed.
    let options = Opts { no_object_file: true, ..Opts::default() };
    let mut files = Files::default();
    options
        .build()
        .generate(&mut resolve, world, &mut files)
        .map_err(|error| ContractError(format!("{error:#}")))?;
    Ok(files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect())
}
