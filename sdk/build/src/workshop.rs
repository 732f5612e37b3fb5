//! A place where a source is built that nobody has looked at: a template of ours, one file of somebody
//! else's, and walls around everything that the build starts.
//!
//! The template and what it links are put there from outside of the walls, and cannot be changed from
//! inside. Inside there is no network, no environment, and no file to read but the template, the
//! toolchain and the system's own programs; time, memory and the size of files are limited. The folder is
//! kept, so that only the first build takes the time of building what the template links.
//!
//! *Never:* a source is built where a wall does not stand, or more than its one file is taken from
//! whoever wrote it.

mod inside;
mod place;
mod vendor;
#[cfg(target_os = "linux")]
mod walls;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Language;
use crate::compile::BuildError;
use crate::component::COMPONENT_BYTES_MAX;
use crate::description::DescriptionError;
use crate::template::{self, NewError};
use crate::toolchain::{MissingTool, Toolchains};
use crate::wasi::Variant;

use inside::Order;
pub use inside::build_if_asked;

/// How often it is looked whether a build has ended; builds take seconds.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What a compiler says is read so far: the first hundreds of lines are what anybody reads.
const SAID_BYTES_MAX: u64 = 256 << 10;

/// What a build may take. Each process of it is held to memory, file size and processor time; all of
/// them end when the time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BuildLimits {
    /// From its start to its end. The first build of a template in Rust takes half a minute on a slow
    /// machine, because what it links is built too.
    pub seconds: u64,
    /// Memory that one process may write to: linking takes the most, below a gigabyte.
    pub memory_bytes: u64,
    /// The largest file: a library with everything in it has some ten megabytes.
    pub file_bytes: u64,
}

/// A place where sources of one language are built.
#[derive(Debug, Clone)]
pub struct Workshop {
    folder: PathBuf,
    language: Language,
    toolchains: Toolchains,
    /// A program that calls [`build_if_asked`] first thing.
    program: PathBuf,
    limits: BuildLimits,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkshopError {
    /// The source is at fault, and this is what the compiler says.
    #[error("{0}")]
    Source(String),
    /// It took too long, and was ended with everything that it had started.
    #[error("its build was ended after {seconds} s, which is the most that it may take")]
    TooLong {
        /// The limit.
        seconds: u64,
    },
    /// The toolchain is not here.
    #[error(transparent)]
    Missing(#[from] MissingTool),
    /// Nothing is built without walls.
    #[error("what nobody has looked at is built behind walls, and there are none here: {0}")]
    NoWalls(String),
    /// The template cannot be filled.
    #[error(transparent)]
    Template(#[from] NewError),
    /// The description of it is none.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// What the template links cannot be had.
    #[error(
        "what the template of {language} links cannot be had: {why}; it is fetched once, and needs a network then"
    )]
    Linked {
        /// Of which language.
        language: Language,
        /// Why.
        why: String,
    },
    /// The place cannot be made ready.
    #[error(transparent)]
    Place(#[from] BuildError),
}

/// How the process behind the walls tells what went wrong, by its exit code.
const EXIT_SOURCE: u8 = 1;
const EXIT_WALLS: u8 = 2;
const EXIT_PLACE: u8 = 3;

impl Workshop {
    /// The place for this language below a folder, which is made when it is needed.
    ///
    /// # Errors
    ///
    /// Where the toolchain is missing, or this system has no walls.
    pub fn open(
        folder: &Path,
        language: Language,
        toolchains: Toolchains,
        program: impl Into<PathBuf>,
    ) -> Result<Self, WorkshopError> {
        if cfg!(not(target_os = "linux")) {
            return Err(WorkshopError::NoWalls("they are Linux's".to_owned()));
        }
        toolchains.check(language, Variant::Sealed)?;
        let folder = folder.join(language.word());
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let (program, limits) = (program.into(), BuildLimits::default());
        Ok(Self { folder, language, toolchains, program, limits })
    }

    /// The same within other limits.
    #[must_use]
    pub const fn within(mut self, limits: BuildLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Its language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The file of a capability that is described so, in the words of `capability.yaml`, and is not
    /// written yet.
    ///
    /// # Errors
    ///
    /// Where the description is none.
    pub fn stub(&self, name: &str, description: &str) -> Result<String, WorkshopError> {
        let files = template::described(self.language, name, description)?;
        let path = self.language.source();
        let found = files.into_iter().find(|(known, _)| known == path);
        Ok(found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default())
    }

    /// The component that a file of it becomes. Builds in one place come one after the other, whichever
    /// process begins them.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Source`] with what the compiler says, or why it could not be tried.
    pub fn build(
        &self,
        name: &str,
        description: &str,
        source: &str,
    ) -> Result<Vec<u8>, WorkshopError> {
        let _turn = self.turn()?;
        let project = self.prepare(name, description, source)?;
        let order = Order::new(&project, &self.toolchains, self.language, self.limits);
        let made = project.join(inside::MADE);
        drop(std::fs::remove_file(&made));
        let mut child = Walled::start(&self.program, &order)?;
        let (code, said) = child.end(self.limits.seconds)?;
        // Paths of this machine are nobody's business.
        let here = project.display().to_string();
        let said = said.replace(&format!("{here}/"), "").replace(&here, ".");
        match code {
            Some(0) => place::read(&made, COMPONENT_BYTES_MAX as u64).map_err(Into::into),
            Some(code) if code == i32::from(EXIT_WALLS) => Err(WorkshopError::NoWalls(said)),
            Some(code) if code == i32::from(EXIT_PLACE) => {
                Err(WorkshopError::Linked { language: self.language, why: said })
            }
            Some(_) => Err(WorkshopError::Source(said)),
            None => Err(WorkshopError::Source(format!("its build was ended by a limit\n{said}"))),
        }
    }

    /// Held as long as somebody builds here.
    fn turn(&self) -> Result<File, WorkshopError> {
        place::make_folder(&self.folder)?;
        Ok(place::lock(&self.folder.join("lock"))?)
    }

    /// Puts everything in its place that is ours, and the one file that is not.
    fn prepare(
        &self,
        name: &str,
        description: &str,
        source: &str,
    ) -> Result<PathBuf, WorkshopError> {
        let project = self.folder.join("project");
        // The package of a capability in Rust has one name here, so that what it links stays as it is
        // locked; what the capability is called stands in its source.
        let package = if self.language == Language::Rust { "written.capability" } else { name };
        let mut files = template::described(self.language, package, description)?;
        let path = self.language.source();
        files.retain(|(known, _)| known != path);
        place::put(&project, &files)?;
        if self.language == Language::Rust {
            vendor::fetch(&project, &files)?;
        }
        place::put(&project, &[(path.to_owned(), source.as_bytes().to_vec())])?;
        place::add_bindings(&project)?;
        Ok(project)
    }
}

/// A process behind walls, and everything that it starts; none once that has ended.
struct Walled(Option<Child>);

impl Walled {
    fn start(program: &Path, order: &Order) -> Result<Self, WorkshopError> {
        let mut command = Command::new(program);
        command.args(order.words()).env_clear().envs(order.environment()).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .spawn()
            .map_err(|source| BuildError::Io { path: program.display().to_string(), source })?;
        Ok(Self(Some(child)))
    }

    /// Waits for its end, for so long at most; its exit code, where it has one, and what it said.
    fn end(&mut self, seconds: u64) -> Result<(Option<i32>, String), WorkshopError> {
        let pipe = self.0.as_mut().and_then(|child| child.stderr.take());
        #[expect(
            clippy::disallowed_methods,
            reason = "somebody has to read while it is waited for"
        )]
        let heard = std::thread::spawn(move || pipe.map(said).unwrap_or_default());
        let looks = Duration::from_secs(seconds).as_millis() / LOOK_EVERY.as_millis();
        for _ in 0..looks {
            let ended = self.0.as_mut().map(Child::try_wait).transpose();
            let ended = ended.map_err(|source| {
                let path = "the build".to_owned();
                BuildError::Io { path, source }
            })?;
            if let Some(status) = ended.flatten() {
                // What it started and left behind holds the pipe.
                self.kill();
                return Ok((status.code(), heard.join().unwrap_or_default()));
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.kill();
        Err(WorkshopError::TooLong { seconds })
    }

    fn kill(&mut self) {
        let Some(mut child) = self.0.take() else { return };
        #[cfg(target_os = "linux")]
        if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        drop(child.kill());
        drop(child.wait());
    }
}

/// What a build says, cut where nobody would read on.
fn said(mut pipe: impl Read) -> String {
    let mut said = Vec::new();
    drop((&mut pipe).take(SAID_BYTES_MAX).read_to_end(&mut said));
    // Whoever says more is not kept from ending.
    drop(std::io::copy(&mut pipe, &mut std::io::sink()));
    String::from_utf8_lossy(&said).into_owned()
}

// === impl Walled ===

impl Drop for Walled {
    fn drop(&mut self) {
        self.kill();
    }
}

// === impl BuildLimits ===

impl Default for BuildLimits {
    fn default() -> Self {
        Self { seconds: 180, memory_bytes: 4 << 30, file_bytes: 256 << 20 }
    }
}
