//! What is waited for and what is not, what another attempt waits for, and what ends.

use std::sync::Mutex;

use engraft::loops::governor::Budget;
use engraft::registry::{Actor, Ending, Seat};
use engraft::synth::{Author, AuthorError, Cost, Draft, Drafting, Source};
use serde_json::json;

use super::*;

/// What an author does when it is asked.
#[derive(Clone)]
enum Says {
    Nothing,
    Busy(u64),
    Hangs,
    Writes(String),
}

/// Says one thing after the other, and the last of them from then on; notes how often it was asked.
struct Scripted {
    name: &'static str,
    cost: Cost,
    price: u64,
    says: Vec<Says>,
    asked: Mutex<usize>,
}

impl Scripted {
    fn new(name: &'static str, cost: Cost, price: u64, says: Vec<Says>) -> Arc<Self> {
        Arc::new(Self { name, cost, price, says, asked: Mutex::new(0) })
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

impl Author for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn price_micros(&self) -> u64 {
        self.price
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        let says = {
            let mut asked = self.asked.lock().unwrap();
            *asked += 1;
            self.says.get(*asked - 1).or(self.says.last()).cloned().unwrap()
        };
        let author = self.name.to_owned();
        Box::pin(async move {
            match says {
                Says::Nothing => Ok(Vec::new()),
                Says::Busy(seconds) => {
                    let reason = "it answered with status 429".to_owned();
                    Err(AuthorError::Busy { author, reason, seconds })
                }
                Says::Hangs => std::future::pending().await,
                Says::Writes(result) => Ok(vec![draft(author, &result, wish)]),
            }
        })
    }
}

fn draft(author: String, result: &str, wish: &Wish) -> Draft {
    let recipe = format!(
        "
name: number.half
version: 0.1.0
summary: Gives half of a number.
input: {{type: object, properties: {{value: {{type: number}}}}, required: [value]}}
output: {{type: number}}
return: {result}
"
    );
    Draft {
        author,
        name: "number.half".parse().unwrap(),
        source: Source::Recipe(recipe),
        examples: wish.examples.clone(),
        reasons: vec!["it looks right".to_owned()],
        doubts: Vec::new(),
        confidence: 0.9,
    }
}

fn halving() -> Want {
    let wish = Wish::default().example(json!({"value": 4.0}), json!(2.0));
    Want::new(WantSource::Person, wish)
}

/// A place with these authors alone.
fn place(authors: &[&Arc<Scripted>]) -> Place {
    let mut place = Place::new();
    let all = authors.iter().map(|author| Arc::<Scripted>::clone(author));
    place.authors = all.fold(Authors::default(), |authors, author| authors.with(author));
    place
}

fn ann() -> Actor {
    Actor::person("ann")
}

#[tokio::test]
async fn work_behind_a_rollout_is_not_waited_for() {
    let place = Place::new();
    let (_live, growth) = place.grow().await;
    let named = |sentence: &str, gives: &str| {
        let mut wish = Wish::asked(sentence).gives(gives);
        wish.name = Some("text.mine".parse().unwrap());
        Want::new(WantSource::Person, wish)
    };
    let first = growth.want(named("slugify Hello World", "hello-world")).await.unwrap();
    assert_eq!(settle(&growth, first).await.stands, Lifecycle::RollingOut);
    let second = growth.want(named("slugify Big Cat", "big-cat")).await.unwrap();
    let status = settle(&growth, second).await;
    assert_eq!(status.waits, Some(Wait::Other { work: first }), "{}", status.next);
    assert!(status.is_settled(), "a rollout may take days");
    // Whoever waits for it is told at once.
    let waited = tokio::time::timeout(Duration::from_secs(5), growth.settled(second)).await;
    assert!(waited.unwrap().is_some());
}

#[tokio::test]
async fn what_may_be_done_is_waited_for() {
    let place = Place::new();
    let (_live, growth) = place.grow().await;
    let first = growth.want(slugify()).await.unwrap();
    assert!(!growth.status(first).unwrap().is_settled());
    growth.step().await.unwrap();
    assert!(!growth.status(first).unwrap().is_settled(), "it is written, and is examined next");
}

#[tokio::test]
async fn who_would_say_the_same_again_is_asked_again_when_something_new_serves() {
    let nobody = Scripted::new("nobody", Cost::Search, 0, vec![Says::Nothing]);
    let wrong = Says::Writes("input.value * 2.0".to_owned());
    let wrong = Scripted::new("wrong", Cost::Lookup, 0, vec![wrong]);
    let place = place(&[&nobody, &wrong]);
    let (live, growth) = place.grow().await;
    let work = growth.want(halving()).await.unwrap();
    let status = settle(&growth, work).await;
    assert_eq!((status.attempts, status.ended), (1, Some(Ending::GaveUp)), "{}", status.next);
    assert_eq!((nobody.asked(), wrong.asked()), (1, 1));
    // What came nearest is told, and not that somebody else had no idea.
    assert!(status.next.contains("wrong: `number.half`: example 1 gave 8"), "{}", status.next);
    assert!(!status.next.contains("no idea"), "{}", status.next);

    let other = growth.want(Want::new(WantSource::Person, Wish::default()).written(OTHER)).await;
    let other = settle(&growth, other.unwrap()).await;
    live.change(
        ann(),
        "",
        Op::Promoted { name: other.name.unwrap(), version: None, decision: None },
    )
    .await
    .unwrap();
    let status = settle(&growth, work).await;
    assert_eq!((nobody.asked(), wrong.asked()), (2, 2), "{}", status.next);
    assert_eq!(status.ended, Some(Ending::GaveUp), "{}", status.next);
}

/// A recipe of something else.
const OTHER: &str = "
name: number.other
version: 0.1.0
summary: Gives one more.
input: {type: object, properties: {value: {type: integer}}, required: [value]}
output: {type: integer}
return: input.value + 1
";

#[tokio::test]
async fn who_is_busy_is_left_alone_and_nobody_else_is_asked_twice() {
    let nobody = Scripted::new("nobody", Cost::Lookup, 0, vec![Says::Nothing]);
    let right = Says::Writes("input.value / 2.0".to_owned());
    let busy = Scripted::new("busy", Cost::Model, 0, vec![Says::Busy(1), Says::Busy(90), right]);
    let place = place(&[&nobody, &busy]);
    let (_live, growth) = place.grow().await;
    let work = growth.want(halving()).await.unwrap();
    let status = settle(&growth, work).await;
    let Some(Wait::Pause { seconds, until_ms, .. }) = status.waits else {
        panic!("{}", status.next)
    };
    assert_eq!((seconds, until_ms), (5, 1_000_000_005_000), "at least as long as is asked for");
    assert!(status.next.contains("status 429"), "{}", status.next);
    assert!(!status.is_settled(), "that is soon");
    place.later(6);
    let status = settle(&growth, work).await;
    assert!(matches!(status.waits, Some(Wait::Pause { seconds: 90, .. })), "{}", status.next);
    assert!(status.is_settled(), "that is not");
    place.later(91);
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
    assert_eq!((nobody.asked(), busy.asked()), (1, 3));
}

#[tokio::test]
async fn what_a_server_asks_for_is_bounded() {
    let busy = Scripted::new("busy", Cost::Model, 0, vec![Says::Busy(u64::MAX)]);
    let place = place(&[&busy]);
    let (_live, growth) = place.grow().await;
    let work = growth.want(halving()).await.unwrap();
    let status = settle(&growth, work).await;
    assert!(matches!(status.waits, Some(Wait::Pause { seconds: 600, .. })), "{}", status.next);
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_costs_no_more_than_was_paid() {
    for (price, attempts_max, micros) in [(0, 3, 0), (300, 1, 300)] {
        let hangs = Scripted::new("hangs", Cost::Search, price, vec![Says::Hangs]);
        let mut place = place(&[&hangs]);
        place.governance.budget = Budget {
            attempt_seconds_max: 1,
            day_micros_max: 1_000,
            attempts_max,
            ..Budget::default()
        };
        let (live, growth) = place.grow().await;
        let work = growth.want(halving()).await.unwrap();
        let status = settle(&growth, work).await;
        assert_eq!((status.attempts, status.spent.micros), (attempts_max, micros), "{status:?}");
        let state = live.registry().journal().state();
        assert_eq!(state.growth.spent_on(1_000_000_000_000).micros, micros);
    }
}

#[tokio::test]
async fn an_author_that_is_too_dear_is_waited_for_until_there_is_money() {
    let right = Says::Writes("input.value / 2.0".to_owned());
    let dear = Scripted::new("dear", Cost::Model, 2_000, vec![right]);
    let mut place = place(&[&dear]);
    place.governance.budget =
        Budget { day_micros_max: 1_000, attempts_max: 1, ..Budget::default() };
    let (live, growth) = place.grow().await;
    let work = growth.want(halving()).await.unwrap();
    let status = settle(&growth, work).await;
    let Some(Wait::Budget { what }) = &status.waits else { panic!("{}", status.next) };
    assert!(what.contains("`dear` takes up to 2000") && what.contains("1000 of 1000"), "{what}");
    assert_eq!((dear.asked(), status.spent.micros), (0, 0));
    assert!(status.is_settled());
    assert!(what.ends_with("so far: nobody had an idea"), "{what}");
    // A person may have it tried again, and it waits again.
    growth.retry(work, ann(), "there may be money").await.unwrap();
    let status = settle(&growth, work).await;
    assert!(matches!(status.waits, Some(Wait::Budget { .. })), "{}", status.next);
    drop((live, growth));

    place.governance.budget.day_micros_max = 5_000;
    let (_live, growth) = place.grow().await;
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
    assert_eq!((dear.asked(), status.spent.micros), (1, 2_000));
}

#[tokio::test]
async fn an_author_that_was_too_dear_is_asked_when_it_costs_less() {
    let wrong = Says::Writes("input.value * 2.0".to_owned());
    let dear = Scripted::new("dear", Cost::Model, 2_000, vec![Says::Nothing]);
    let wrong = Scripted::new("wrong", Cost::Lookup, 0, vec![wrong]);
    let mut place = place(&[&dear, &wrong]);
    place.governance.budget.day_micros_max = 1_000;
    let (live, growth) = place.grow().await;
    let work = growth.want(halving()).await.unwrap();
    let status = settle(&growth, work).await;
    let Some(Wait::Budget { what }) = &status.waits else { panic!("{}", status.next) };
    assert!(what.contains("so far: wrong: `number.half`: example 1 gave"), "{what}");
    drop((live, growth));
    let right = Says::Writes("input.value / 2.0".to_owned());
    let cheap = Scripted::new("dear", Cost::Model, 900, vec![right]);
    place.authors = Authors::default().with(Arc::<Scripted>::clone(&cheap));
    let (_live, growth) = place.grow().await;
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
    assert_eq!(status.spent.micros, 900);
}

#[tokio::test]
async fn where_no_attempt_may_be_made_work_stays_open() {
    let mut place = Place::new();
    place.governance.budget.attempts_max = 0;
    let (live, growth) = place.grow().await;
    let work = growth.want(slugify()).await.unwrap();
    let status = settle(&growth, work).await;
    assert!(matches!(status.waits, Some(Wait::Budget { .. })), "{}", status.next);
    assert!(status.next.contains("`attempts_max` is 0") && status.is_settled(), "{}", status.next);
    drop((live, growth));
    place.governance.budget.attempts_max = 3;
    let (_live, growth) = place.grow().await;
    assert_eq!(settle(&growth, work).await.stands, Lifecycle::RollingOut);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_attempt_of_a_process_that_is_gone_is_taken_over_at_once() {
    let place = Place::new();
    let (live, growth) = place.grow().await;
    let work = growth.want(slugify()).await.unwrap();
    let until_ms = 1_000_000_060_000;
    let begin = |by: &str, seat: Option<Seat>| {
        let (by, spent) = (by.to_owned(), Spent { attempts: 1, ..Spent::default() });
        Op::Grown { work, step: Step::Begun { by, until_ms, spent, seat } }
    };
    // Where it was made is what this process says of itself.
    growth.step().await.unwrap();
    let records = place.records();
    let begun = records.iter().find_map(|record| match &record.op {
        Op::Grown { step: Step::Begun { seat, .. }, .. } => seat.clone(),
        _ => None,
    });
    let here = begun.unwrap();
    drop((live, growth));

    for (seat, is_gone) in [
        // Nobody has this number.
        (Seat { process: 1 << 30, ..here.clone() }, true),
        // Another process has it by now.
        (Seat { started: here.started + 1, ..here.clone() }, true),
        (Seat { machine: "another".to_owned(), process: 1 << 30, ..here.clone() }, false),
        (here, false),
    ] {
        let place = Place::new();
        let (live, growth) = place.grow().await;
        assert_eq!(growth.want(slugify()).await.unwrap(), work);
        live.change(ann(), "it begins", begin("process 7", Some(seat.clone()))).await.unwrap();
        let status = settle(&growth, work).await;
        match is_gone {
            true => {
                assert_eq!(status.stands, Lifecycle::RollingOut, "{seat:?}: {}", status.next);
                assert!(status.tried[0].contains("process 7 was gone"), "{:?}", status.tried);
            }
            false => assert!(matches!(status.waits, Some(Wait::Attempt { .. })), "{seat:?}"),
        }
    }
}

#[tokio::test]
async fn an_attempt_that_is_another_one_by_now_is_not_laid_down() {
    let place = Place::new();
    let (live, growth) = place.grow().await;
    let work = growth.want(slugify()).await.unwrap();
    let (by, spent) = ("process 7".to_owned(), Spent::default());
    let begun = Step::Begun { by: by.clone(), until_ms: 1_000_000_060_000, spent, seat: None };
    live.change(ann(), "it begins", Op::Grown { work, step: begun }).await.unwrap();
    let lost = |until_ms| Op::Grown { work, step: Step::Lost { by: by.clone(), until_ms } };
    assert!(live.change(ann(), "", lost(1_000_000_000_001)).await.is_err());
    live.change(ann(), "it is gone", lost(1_000_000_060_000)).await.unwrap();
    assert_eq!(settle(&growth, work).await.stands, Lifecycle::RollingOut);
}
