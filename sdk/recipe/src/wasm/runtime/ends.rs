//! Functions that only ever end in a trap: what the standard library says before it stops is heard by
//! nobody in here, so they need not be told anything, and need no code but the trap.
//!
//! *Never:* a function is cut that some path leaves.

use super::{Read, Runtime, RuntimeFunction, Target};
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// A body without locals that traps.
pub(in crate::wasm) const TRAP: [u8; 3] = [0x00, 0x00, 0x0b];

/// Puts a trap in the place of each function that never comes back and of each call of one, and nothing
/// in the place of what such functions are given last, which is where in the source they were called.
pub(super) fn cut(runtime: &mut Runtime) -> Read<()> {
    let mut never = vec![false; runtime.imports.len()];
    for function in &runtime.functions {
        never.push(never_returns(function.body)?);
    }
    for (function, never_returns) in
        runtime.functions.iter_mut().zip(never.iter().skip(runtime.imports.len()))
    {
        if *never_returns {
            function.body = &TRAP;
            function.references.clear();
        } else {
            cut_calls(function, &never)?;
        }
    }
    Ok(())
}

/// Whether a function's end is out of reach: it stands behind `unreachable`, and nothing jumps to it.
fn never_returns(body: &[u8]) -> Read<bool> {
    let (mut depth, mut before, mut last) = (0_u32, false, false);
    let operators = FunctionBody::new(BinaryReader::new(body, 0)).get_operators_reader()?;
    for operator in operators {
        let operator = operator?;
        let leaves = match &operator {
            Operator::Return => true,
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                *relative_depth >= depth
            }
            Operator::BrTable { targets } => {
                let mut all = targets.targets().chain([Ok(targets.default())]);
                all.any(|target| target.is_ok_and(|target| target >= depth))
            }
            _ => false,
        };
        if leaves {
            return Ok(false);
        }
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
            Operator::End => depth = depth.saturating_sub(1),
            _ => {}
        }
        (before, last) = (last, matches!(operator, Operator::Unreachable));
    }
    Ok(before)
}

/// A call of a function that never comes back is a trap, and the constant right before it is read by
/// nobody.
fn cut_calls(function: &mut RuntimeFunction, never: &[bool]) -> Read<()> {
    let mut constant = None;
    let operators =
        FunctionBody::new(BinaryReader::new(function.body, 0)).get_operators_reader()?;
    for operator in operators.into_iter_with_offsets() {
        let (operator, at) = operator?;
        let place = super::at(at) + 1;
        if let Operator::Call { function_index } = &operator
            && never.get(*function_index as usize) == Some(&true)
        {
            for reference in &mut function.references {
                if Some(reference.at) == constant {
                    reference.target = Target::Nothing;
                } else if reference.at == place {
                    reference.target = Target::Trap;
                }
            }
        }
        // The number stands behind one byte of code.
        constant = matches!(operator, Operator::I32Const { .. }).then_some(place);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_left_is_cut() {
        // No locals; `unreachable`, `end`.
        assert!(never_returns(&TRAP).is_ok_and(|never| never));
        // `block`, `br 0`, `end`, `unreachable`, `end`: leaves the block alone.
        let inside = [0x00, 0x02, 0x40, 0x0c, 0x00, 0x0b, 0x00, 0x0b];
        assert!(never_returns(&inside).is_ok_and(|never| never));
        // The same with `br 1`, which leaves the function; and with `br_if`, `return`, or a value.
        let leaving: [&[u8]; 4] = [
            &[0x00, 0x02, 0x40, 0x0c, 0x01, 0x0b, 0x00, 0x0b],
            &[0x00, 0x41, 0x00, 0x0d, 0x00, 0x00, 0x0b],
            &[0x00, 0x41, 0x00, 0x04, 0x40, 0x0f, 0x0b, 0x00, 0x0b],
            &[0x00, 0x00, 0x41, 0x00, 0x0b],
        ];
        for body in leaving {
            assert!(never_returns(body).is_ok_and(|never| !never), "{body:?}");
        }
    }

    #[test]
    fn the_runtime_has_such_functions_and_says_nothing_to_them() {
        let runtime = &*super::super::RUNTIME;
        let cut = runtime.functions.iter().filter(|function| function.body == TRAP).count();
        assert!((5..60).contains(&cut), "{cut}");
        for target in [Target::Nothing, Target::Trap] {
            let has = |function: &&RuntimeFunction| {
                function.references.iter().any(|reference| reference.target == target)
            };
            assert!(runtime.functions.iter().filter(has).count() > 20);
        }
    }
}
