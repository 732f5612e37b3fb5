//! The kernels in a native library: no isolation, no limits, the floor of what a call can cost.
//!
//! *Never:* a library is loaded that this run did not build.

use std::path::PathBuf;

use libloading::{Library, Symbol};

use crate::raw::Life;
use crate::{Contender, Error, guests};

/// Text that the library owns until it is released.
#[repr(C)]
struct Text {
    bytes: *mut u8,
    length: usize,
    capacity: usize,
}

type Invoke = unsafe extern "C" fn(*const u8, usize, *const u8, usize, *mut Text) -> i32;
type Release = unsafe extern "C" fn(Text);

/// Where the built library is.
#[derive(Debug, Clone)]
pub struct Native(PathBuf);

/// The library, loaded.
struct Loaded {
    invoke: Invoke,
    release: Release,
    // Last, so that the functions go before what holds them.
    _library: Library,
}

impl Native {
    /// Builds the library.
    ///
    /// # Errors
    /// Where it does not build.
    pub fn build() -> Result<Self, Error> {
        guests::native().map(Self)
    }

    /// One call in a library loaded for it.
    ///
    /// # Errors
    /// Where it does not load or the call fails.
    pub fn call_fresh(&self, operation: &str, input: &str) -> Result<String, Error> {
        self.load()?.call(operation, input)
    }

    /// A contender; fresh means that the library is loaded and unloaded for each call.
    ///
    /// # Errors
    /// Where it does not load.
    pub fn contender<'a>(
        &'a self,
        name: &str,
        life: Life,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        Ok(match life {
            Life::Fresh => Contender::sync(name, move || self.call_fresh(operation, input)),
            Life::Warm => {
                let loaded = self.load()?;
                Contender::sync(name, move || loaded.call(operation, input))
            }
        })
    }

    #[expect(unsafe_code, reason = "loading native code is what this rival does")]
    fn load(&self) -> Result<Loaded, Error> {
        // SAFETY: the library was built from this repository by this run; it has no initialisers, and
        // its two functions have these signatures.
        unsafe {
            let library = Library::new(&self.0)?;
            let invoke: Symbol<'_, Invoke> = library.get(b"bench_invoke\0")?;
            let release: Symbol<'_, Release> = library.get(b"bench_release\0")?;
            Ok(Loaded { invoke: *invoke, release: *release, _library: library })
        }
    }
}

impl Loaded {
    #[expect(unsafe_code, reason = "calling native code is what this rival does")]
    fn call(&self, operation: &str, input: &str) -> Result<String, Error> {
        let mut text = Text { bytes: std::ptr::null_mut(), length: 0, capacity: 0 };
        // SAFETY: the arguments are as `bench_invoke` asks, and the answer is copied before it is
        // released, once.
        let (code, bytes) = unsafe {
            let code = (self.invoke)(
                operation.as_ptr(),
                operation.len(),
                input.as_ptr(),
                input.len(),
                &raw mut text,
            );
            let bytes = std::slice::from_raw_parts(text.bytes, text.length).to_vec();
            (self.release)(text);
            (code, bytes)
        };
        let answer = String::from_utf8(bytes)?;
        if code == 0 { Ok(answer) } else { Err(answer.into()) }
    }
}
