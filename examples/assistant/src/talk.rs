//! A conversation: sentences are answered, and what cannot be answered is made while one waits.
//!
//! *Never:* a line is taken for something else than it says; what is not understood is told.

pub(crate) mod teach;

use std::io::{BufRead, IsTerminal};
use std::time::Duration;

use engraft::Response;
use engraft::loops::governor::{Governance, Wait};
use engraft::model::{GapId, Intent};
use engraft::registry::{Actor, Want, WantSource};
use engraft::synth::Threshold;
use engraft::traffic::Who;
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, channel};

use crate::Result;
use crate::desk::Desk;
use crate::screen::{Ink, Screen};
use crate::story::shown;
use crate::tell::Teller;
use teach::Lesson;

/// Who sits before the terminal.
const YOU: &str = "you";
/// Work is looked at so often while somebody waits for it.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// A gap becomes work at the next look of the loop; where it does not, it will not.
const PATIENCE: Duration = Duration::from_millis(500);
/// Longer than any attempt takes.
const WORK_MAX: Duration = Duration::from_secs(90);
/// Lines that are typed ahead.
const LINES_MAX: usize = 64;

const HELP: &str = "\
  a sentence             is answered, or becomes work where it cannot be
  no, WANTED             says what the last answer should have been
  teach PATTERN          then lines `INPUT => OUTPUT` and an empty one: `teach shout {text}`
  gaps                   what was asked for in vain
  status                 what is made, and where it stands
  abilities              what it can do
  quit                   ends";

/// A person's own program: what can do no harm serves at once.
pub(crate) fn governance() -> Governance {
    Governance::personal()
}

/// Talks until the lines end.
#[expect(clippy::disallowed_methods, reason = "the program says where its tasks run")]
pub(crate) async fn run(screen: &mut Screen, desk: Desk) -> Result<()> {
    screen.say("An assistant that grows. `help` says what it understands; `quit` ends.")?;
    let loops =
        [tokio::spawn(desk.live().clone().run()), tokio::spawn(desk.growth().clone().run())];
    let mut talk = Talk { screen, teller: Teller::from_now(&desk), desk, last: None };
    let talked = talk.listen(lines()).await;
    loops.iter().for_each(tokio::task::JoinHandle::abort);
    talked?;
    // What was noted in the last second is kept as well.
    Ok(talk.desk.live().keep_gaps().await?)
}

/// The lines of standard input. Their own thread waits for them, and ends with the program.
#[expect(clippy::disallowed_methods, reason = "nothing else may stand still while a person types")]
fn lines() -> Receiver<String> {
    let (out, taken) = channel(LINES_MAX);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(std::result::Result::ok) {
            if out.blocking_send(line).is_err() {
                return;
            }
        }
    });
    taken
}

struct Talk<'a> {
    screen: &'a mut Screen,
    teller: Teller,
    desk: Desk,
    /// The request that was answered last.
    last: Option<String>,
}

impl Talk<'_> {
    async fn listen(&mut self, mut lines: Receiver<String>) -> Result<()> {
        self.screen.prompt()?;
        while let Some(line) = lines.recv().await {
            let line = line.trim();
            if !std::io::stdin().is_terminal() && !line.is_empty() {
                self.screen.heard(YOU, line)?;
            }
            match line {
                "" => {}
                "quit" | "exit" | "bye" => return Ok(()),
                "help" => self.screen.say(HELP)?,
                "gaps" => self.gaps().await?,
                "status" => self.status()?,
                "abilities" => self.abilities()?,
                _ if line == "teach" || line.starts_with("teach ") => {
                    self.teach(line, &mut lines).await?;
                }
                _ => match line.strip_prefix("no,") {
                    Some(wanted) => self.correct(wanted.trim()).await?,
                    None => self.answer(line).await?,
                },
            }
            self.screen.prompt()?;
        }
        Ok(())
    }

    async fn ask(&mut self, sentence: &str) -> Result<Response> {
        let response = self.desk.live().ask(sentence, &Who::user(YOU)).await;
        self.last = Some(response.request.clone());
        match response.output() {
            Some(output) => self.screen.aside(Ink::Good, &shown(&output.read()?))?,
            None => self.screen.aside(Ink::Bad, &response.to_string())?,
        }
        Ok(response)
    }

    async fn answer(&mut self, sentence: &str) -> Result<()> {
        let response = self.ask(sentence).await?;
        let Some(gap) = response.gap.filter(|_| response.output().is_none()) else { return Ok(()) };
        match self.work_of(gap).await {
            Some(work) if self.wait_for(work).await? => self.ask(sentence).await.map(drop),
            _ => {
                let hint = "nothing is made of it now; `teach` shows what you want, `status` what is \
                            being made";
                self.screen.aside(Ink::Dim, hint)
            }
        }
    }

    /// The work on a gap that has just been noted.
    async fn work_of(&self, gap: GapId) -> Option<u64> {
        let found = async {
            loop {
                if let Some(taken) = self.desk.state().growth.gaps.get(&gap) {
                    return taken.work;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.ok()
    }

    /// Shows work as it goes on; whether its release serves in the end.
    async fn wait_for(&mut self, work: u64) -> Result<bool> {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < WORK_MAX {
            let status = self.desk.growth().status(work).ok_or("the work is gone")?;
            self.teller.tell(self.screen, &self.desk).await?;
            let waits_long = matches!(status.waits, Some(Wait::Other { .. }));
            if waits_long {
                self.screen.aside(Ink::Dim, &format!("work {work}: {}", status.next))?;
            }
            if waits_long || status.is_settled() {
                self.screen.progress(None)?;
                return Ok(status.is_served());
            }
            self.screen
                .progress(Some(format!("    work {work}: {}; {}", status.stands, status.next)))?;
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.screen.progress(None)?;
        Ok(false)
    }

    async fn correct(&mut self, wanted: &str) -> Result<()> {
        let Some(request) = &self.last else {
            return self.screen.aside(Ink::Bad, "nothing was answered yet that could be wrong");
        };
        let wanted = serde_json::from_str(wanted).unwrap_or_else(|_| Value::from(wanted));
        let told = self.desk.live().correct(request, wanted).await;
        let gap = match told {
            Ok(gap) => gap,
            Err(error) => return self.screen.aside(Ink::Bad, &error.to_string()),
        };
        self.screen.aside(Ink::Dim, "noted; the next release has to give that")?;
        match self.work_of(gap).await {
            Some(work) => self.wait_for(work).await.map(drop),
            None => Ok(()),
        }
    }

    async fn teach(&mut self, command: &str, lines: &mut Receiver<String>) -> Result<()> {
        let mut lesson = match Lesson::begin(command) {
            Ok(lesson) => lesson,
            Err(why) => return self.screen.aside(Ink::Bad, &why),
        };
        self.screen.aside(Ink::Dim, "`INPUT => OUTPUT`, one a line; an empty line ends it")?;
        while let Some(line) = lines.recv().await {
            if line.trim().is_empty() {
                break;
            }
            if let Err(why) = lesson.take(&line) {
                self.screen.aside(Ink::Bad, &why)?;
            }
        }
        let want = Want::new(WantSource::Person, lesson.wish()).asked_by(YOU);
        let why = "a person showed what is wanted";
        match self.desk.growth().want_as(want, Actor::person(YOU), why).await {
            Ok(work) => {
                let is_served = self.wait_for(work).await?;
                let said = match is_served {
                    true => format!("learned; ask `{}`", lesson.pattern()),
                    false => "it is not learned; other examples may say more".to_owned(),
                };
                self.screen.aside(if is_served { Ink::Good } else { Ink::Bad }, &said)
            }
            Err(error) => self.screen.aside(Ink::Bad, &error.to_string()),
        }
    }

    async fn gaps(&mut self) -> Result<()> {
        let gaps = self.desk.live().gaps().await;
        if gaps.is_empty() {
            return self.screen.aside(Ink::Dim, "nothing was asked for in vain");
        }
        let due = self.desk.live().gaps_due(Threshold::PERSONAL).await;
        for gap in gaps {
            let is_due = if due.iter().any(|it| it.id() == gap.id()) { ", worth work" } else { "" };
            let (about, cause, requests) = (gap.about(), gap.cause(), gap.requests());
            let line = format!("{} `{about}`: {cause}; {requests} requests{is_due}", gap.id());
            self.screen.aside(Ink::Dim, &line)?;
        }
        Ok(())
    }

    fn status(&mut self) -> Result<()> {
        let works: Vec<u64> = self.desk.state().growth.works.keys().copied().collect();
        if works.is_empty() {
            return self.screen.aside(Ink::Dim, "nothing was wanted that there is not");
        }
        for status in works.into_iter().filter_map(|work| self.desk.growth().status(work)) {
            let (work, title, stands, next) =
                (status.work, status.title, status.stands, status.next);
            self.screen.aside(Ink::Dim, &format!("work {work}, {title}: {stands}; {next}"))?;
        }
        Ok(())
    }

    fn abilities(&mut self) -> Result<()> {
        for offer in self.desk.live().offers(&Who::user(YOU)) {
            let intents = offer.intents().iter().map(Intent::as_str).collect::<Vec<_>>().join(", ");
            self.screen.aside(Ink::Dim, &format!("{}: {intents}", offer.capability()))?;
        }
        Ok(())
    }
}
