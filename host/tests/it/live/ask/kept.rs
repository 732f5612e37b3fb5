//! Gaps beside the log: over restarts and kills, with several programs, and what persons say of them.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use engraft::kept_gaps;
use engraft::model::GapId;

use super::*;

/// What makes this test the program that is killed.
const PROGRAM: &str = "ENGRAFT_TEST_GAPS";

fn user(number: usize) -> Who {
    Who::user(format!("user-{number}"))
}

async fn miss(live: &LiveHost, word: &str, users: std::ops::Range<usize>) -> GapId {
    let mut gap = None;
    for number in users {
        gap = Some(live.missing(&format!("{word} number {number}"), "", &user(number)).await.gap);
    }
    gap.unwrap()
}

#[tokio::test]
async fn gaps_and_dismissals_survive_a_restart() {
    let place = Place::new("gaps-restart");
    let live = place.open().await;
    let (sing, hum) = (miss(&live, "sing", 0..4).await, miss(&live, "hum", 0..3).await);
    let record = live.dismiss(sing, Actor::person("ann"), "we do not sing").await.unwrap();
    assert_eq!(record.after["dismissed"], "we do not sing");
    live.keep_gaps().await.unwrap();
    drop(live);

    let journal = place.elsewhere();
    let gaps = kept_gaps(&journal).unwrap();
    let told = |gap: GapId| gaps.gap(gap).map(|gap| (gap.requests(), gap.is_dismissed()));
    assert_eq!((told(sing), told(hum)), (Some((4, true)), Some((3, false))));
    let live = place.open().await;
    let due = async |live: &LiveHost| -> Vec<GapId> {
        live.gaps_due(Threshold::default()).await.iter().map(|gap| gap.id()).collect()
    };
    assert_eq!(due(&live).await, [hum]);
    assert_eq!(miss(&live, "sing", 10..20).await, sing, "it stays what it was, and dismissed");
    assert_eq!(due(&live).await, [hum]);
    let dance = miss(&live, "dance", 0..3).await;
    assert!(due(&live).await.contains(&dance), "what is something new is not");
    live.reopen(sing, Actor::person("ann"), "we do now").await.unwrap();
    assert!(due(&live).await.contains(&sing));
    assert!(live.reopen(sing, by(), "").await.unwrap_err().to_string().contains("not dismissed"));
    let unknown = live.dismiss(GapId::new(7), by(), "").await.unwrap_err();
    assert!(unknown.to_string().contains("no gap 000000000007 is known"), "{unknown}");
    // Another program's dismissal is followed as any op is.
    let op = Op::GapDismissed { gap: hum, about: "hum".to_owned(), undo: false };
    journal.follow().unwrap();
    journal.record(by(), "nor hum", op).unwrap();
    let run = tokio::spawn(live.clone().run());
    until("the dismissal", || live.registry().journal().state().dismissed.contains_key(&hum)).await;
    assert!(!due(&live).await.contains(&hum));
    run.abort();
}

#[tokio::test]
async fn several_programs_note_at_once_and_none_undoes_what_another_kept() {
    let place = Place::new("gaps-several");
    let (one, two) = (place.open().await, place.open().await);
    for round in 0..5 {
        miss(&one, "sing", round * 10..round * 10 + 2).await;
        miss(&two, "sing", round * 10 + 5..round * 10 + 8).await;
        miss(&two, "hum", round..round + 1).await;
        one.keep_gaps().await.unwrap();
        two.keep_gaps().await.unwrap();
    }
    let gaps = kept_gaps(&place.elsewhere()).unwrap();
    let mut told: Vec<_> = gaps.iter().map(|gap| (gap.requests(), gap.people())).collect();
    told.sort_unstable();
    assert_eq!(told, [(5, 5), (25, 25)]);
}

/// Notes for as long as it lives, and says what is kept.
fn note_for_ever(folder: PathBuf) {
    let place = Place { folder, key: SigningKey::from_seed(&[2; 32], Origin::Development) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let live = place.open().await;
        let mut out = std::io::stdout().lock();
        for number in 0.. {
            miss(&live, "sing", number..number + 1).await;
            live.keep_gaps().await.unwrap();
            writeln!(out, "kept {}", number + 1).unwrap();
            out.flush().unwrap();
        }
    });
}

#[test]
fn what_was_kept_survives_a_kill() {
    if let Some(folder) = std::env::var_os(PROGRAM) {
        return note_for_ever(PathBuf::from(folder));
    }
    let place = Place::new("gaps-kill");
    let mut kept = 0;
    for life in 0..5_u64 {
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "live::ask::kept::what_was_kept_survives_a_kill", "--nocapture"])
            .env(PROGRAM, &place.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let mut counts = lines.map_while(Result::ok).filter_map(|line| {
            line.split_once("kept ").and_then(|(_, count)| count.parse::<u64>().ok())
        });
        let mut told = counts.next().unwrap();
        std::thread::sleep(Duration::from_millis(life * 7));
        program.kill().unwrap();
        program.wait().unwrap();
        told = counts.last().unwrap_or(told);
        kept += told;
        let gaps = kept_gaps(&place.elsewhere()).unwrap();
        let requests: u64 = gaps.iter().map(engraft::synth::Gap::requests).sum();
        // One that was kept and not told of yet may be there as well.
        assert!((kept..=kept + 1).contains(&requests), "{requests} of {kept} after life {life}");
        kept = requests;
    }
}
