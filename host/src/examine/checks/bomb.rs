//! What makes a compiler explode: the shape of functions, each measure against its bound.
//!
//! *Never:* size alone is taken for danger; 720 KB in one straight line compile in 80 ms.

use crate::examine::facts::{Function, Stopped};
use crate::examine::finding::Draft;
use crate::examine::subject::Subject;

pub(super) fn functions(subject: &Subject<'_>) -> Vec<Draft> {
    let most = subject.bounds.functions;
    let is_over = subject.facts.stopped == Some(Stopped::Functions);
    let found = is_over.then(|| Draft::new(format!("it has more than {most} functions")));
    found.into_iter().collect()
}

pub(super) fn body(subject: &Subject<'_>) -> Vec<Draft> {
    let most = u64::from(subject.bounds.body_bytes);
    over(subject, "bytes", most, |function| function.bytes as u64)
}

pub(super) fn nesting(subject: &Subject<'_>) -> Vec<Draft> {
    let most = u64::from(subject.bounds.nesting);
    let blocks = over(subject, "blocks inside one another", most, |it| it.nesting.into());
    let most = u64::from(subject.bounds.loop_nesting);
    let loops = over(subject, "loops inside one another", most, |it| it.loop_nesting.into());
    [blocks, loops].concat()
}

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Draft> {
    let most = u64::from(subject.bounds.blocks);
    over(subject, "blocks", most, |function| function.blocks.into())
}

pub(super) fn locals(subject: &Subject<'_>) -> Vec<Draft> {
    let most = u64::from(subject.bounds.locals);
    over(subject, "locals", most, |function| function.locals.into())
}

pub(super) fn complexity(subject: &Subject<'_>) -> Vec<Draft> {
    let product = over(subject, "locals times blocks", subject.bounds.complexity, |function| {
        u64::from(function.locals) * u64::from(function.blocks)
    });
    let most = u64::from(subject.bounds.waiting);
    let waiting = over(subject, "values that wait at once", most, |it| it.waiting.into());
    [product, waiting].concat()
}

pub(super) fn br_table(subject: &Subject<'_>) -> Vec<Draft> {
    let most = u64::from(subject.bounds.br_table);
    over(subject, "targets in one jump table", most, |function| function.br_table.into())
}

/// What no bound on a single measure holds: what all of them come to, in one function and in all.
pub(super) fn work(subject: &Subject<'_>) -> Vec<Draft> {
    let most = u64::from(subject.bounds.function_work_ms);
    let mut found = over(subject, "ms of work for the compiler", most, |it| it.work / 1_000);
    let functions = subject.facts.functions().map(|(_, _, function)| function.work);
    let sum = functions.fold(subject.facts.joints, u64::saturating_add) / 1_000;
    let most = u64::from(subject.bounds.work_ms);
    if sum > most {
        let message = format!("all of it is more than {most} ms of work for the compiler");
        found.push(Draft::new(message).seen("all functions", format!("about {sum} ms")));
    }
    found
}

/// One finding with every function that is over the bound.
fn over(
    subject: &Subject<'_>,
    what: &str,
    most: u64,
    measure: impl Fn(&Function) -> u64,
) -> Vec<Draft> {
    let mut found: Option<Draft> = None;
    for (module, index, function) in subject.facts.functions() {
        let is = measure(function);
        if found.as_ref().is_some_and(|found| !found.has_room()) {
            break;
        }
        if is > most {
            let begin = || Draft::new(format!("a function has more than {most} {what}"));
            let detail = format!("{is} {what}");
            found = Some(found.unwrap_or_else(begin).seen(module.place(index), detail));
        }
    }
    found.into_iter().collect()
}
