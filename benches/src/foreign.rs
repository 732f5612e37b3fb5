//! A component that knows nothing of the contract, as long as one wants: functions that load, store,
//! branch and go round, each with numbers of its own, and one export that chooses among them.
//!
//! *Never:* what it answers depends on an earlier call; an examination would rightly find that.

use std::fmt::Write as _;

use crate::Error;

/// Bytes that one function comes to, about.
const FUNCTION_BYTES: usize = 250;

/// A component of about so many bytes.
///
/// # Errors
/// Where it does not come to them within a tenth.
pub fn component(bytes: usize) -> Result<Vec<u8>, Error> {
    let count = (bytes / FUNCTION_BYTES).max(1);
    let mut text = String::from("(component (core module $m (memory 2)\n");
    for number in 0..count {
        function(&mut text, number)?;
    }
    let names: Vec<String> = (0..count).map(|number| format!("$f{number}")).collect();
    write!(
        text,
        "(type $f (func (param i32) (result i32)))
         (table funcref (elem {}))
         (func (export \"run\") (param i32) (result i32)
           (call_indirect (type $f) (local.get 0) (i32.rem_u (local.get 0) (i32.const {count})))))
         (core instance $i (instantiate $m))
         (func (export \"run\") (param \"number\" u32) (result u32)
           (canon lift (core func $i \"run\"))))",
        names.join(" ")
    )?;
    let component = wat::parse_str(&text)?;
    let is_near = component.len().abs_diff(bytes) <= bytes / 10;
    if is_near { Ok(component) } else { Err(format!("it has {} bytes", component.len()).into()) }
}

/// It reads the first page and writes the second, so that nothing is left that anybody reads.
fn function(text: &mut String, number: usize) -> Result<(), Error> {
    let constant = |salt: usize| (number * 2_654_435_761 + salt * 40_503) % 0x7fff_ffff;
    write!(
        text,
        "(func $f{number} (param i32) (result i32) (local i32 i32)
           (loop $next"
    )?;
    for step in 0..3 {
        let (one, two) = (constant(2 * step), constant(2 * step + 1));
        write!(
            text,
            "(local.set 1 (i32.add (i32.mul (local.get 1) (i32.const {one}))
               (i32.load (i32.and (local.get 0) (i32.const 0xfff8)))))
             (if (i32.and (local.get 1) (i32.const {two}))
               (then (local.set 0 (i32.xor (local.get 0) (i32.const {two}))))
               (else (local.set 0 (i32.rotl (local.get 0) (i32.const {})))))
             (i32.store offset=65536 (i32.and (local.get 0) (i32.const 0xfff8)) (local.get 1))",
            1 + step
        )?;
    }
    write!(
        text,
        "(local.set 2 (i32.add (local.get 2) (i32.const 1)))
         (br_if $next (i32.lt_u (local.get 2) (i32.const 4))))
         (i32.add (local.get 0) (local.get 1)))\n"
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_comes_to_what_was_asked_for() {
        for bytes in [50_000, 500_000] {
            let component = super::component(bytes).unwrap();
            assert!(component.starts_with(b"\0asm\x0d"), "{}", component.len());
        }
    }
}
