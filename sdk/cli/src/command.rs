//! The commands, one file each.
//!
//! *Never:* a command prints; it gives a reply, and the screen shows it.

mod approvals;
mod ask;
mod audit;
mod bench;
mod build;
mod call;
mod check;
mod completions;
mod dev;
mod doctor;
mod examine;
mod feedback;
mod gaps;
mod grow;
mod inspect;
mod key;
mod learn;
mod make;
mod new;
mod precompile;
mod propose;
mod recipe;
mod release;
mod report;
mod rollout;
mod sign;
mod stop;
mod trial;
mod trust;
mod watch;

use clap::Subcommand;

use crate::desk::Desk;
use crate::screen::Reply;
use crate::trouble::Result;

/// What the command does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a new capability from a template
    New(new::NewArgs),
    /// Builds a capability and signs it with the development key
    Build(build::BuildArgs),
    /// Builds a capability at each save, and runs its examples in a throwaway host
    Dev(dev::DevArgs),
    /// Shows which toolchains are here, and installs those that are not
    Doctor(doctor::DoctorArgs),
    /// Makes and shows keys to sign with
    Key(key::KeyArgs),
    /// Makes a signed bundle of a component, or adds a signature to a bundle
    Sign(sign::SignArgs),
    /// Shows what a bundle or a component is, trusted or not
    Inspect(inspect::InspectArgs),
    /// Tells whether a bundle would be taken and would load, or every reason why not
    Check(check::CheckArgs),
    /// Examines a bundle, a bare component or a recipe
    Examine(examine::ExamineArgs),
    /// Shows reports of examinations
    Report(report::ReportArgs),
    /// Shows what waits for an approval, and approves or rejects it
    Approvals(approvals::ApprovalsArgs),
    /// Calls one operation in a throwaway host
    Try(trial::TryArgs),
    /// Measures calls of one operation
    Bench(bench::BenchArgs),
    /// Puts compiled code into a bundle
    Precompile(precompile::PrecompileArgs),
    /// Checks, explains, formats, builds, runs and tests recipes
    Recipe(recipe::RecipeArgs),
    /// Learns a recipe from examples
    Learn(learn::LearnArgs),
    /// Makes recipes from descriptions of tools
    Make(make::MakeArgs),
    /// Says whose signatures count on this machine
    Trust(trust::TrustArgs),
    /// Verifies a bundle and keeps it in the registry
    Install(release::InstallArgs),
    /// Shows the capabilities of the registry, who serves and what spreads
    List(release::ListArgs),
    /// Shows the releases of one capability
    Show(release::ShowArgs),
    /// Shows what happened, the latest last
    History(release::HistoryArgs),
    /// Lets releases spread, and tries how a plan would fare
    Rollout(rollout::RolloutArgs),
    /// Lets a release serve everybody, without a rollout
    Activate(release::ActivateArgs),
    /// Keeps requirements on versions from choosing a release
    Yank(release::YankArgs),
    /// Gives one caller one version, whatever else happens
    Pin(release::PinArgs),
    /// Keeps a component from ever running again
    Revoke(release::RevokeArgs),
    /// Halts every rollout, promotion and generated capability at once
    Stop(stop::StopArgs),
    /// Lifts an emergency stop, with a key that the keyring names
    Lift(stop::LiftArgs),
    /// Asks the capabilities of the registry for what a sentence says
    Ask(ask::AskArgs),
    /// Shows what was asked for in vain, and dismisses what is no gap
    Gaps(gaps::GapsArgs),
    /// Shows what is missing and is being made, and lets it be made
    Grow(grow::GrowArgs),
    /// Proposes changes to capabilities, shows what they would change, and lets them in
    Propose(propose::ProposeArgs),
    /// Says of the answer to a request whether it was any good
    Feedback(feedback::FeedbackArgs),
    /// Shows releases, their shares and how they fare, live
    Watch(watch::WatchArgs),
    /// Checks the registry's log, offline
    Audit(audit::AuditArgs),
    /// Writes completions for a shell
    Completions(completions::CompletionsArgs),
}

/// Runs a command.
pub(crate) fn run(command: Command, desk: &Desk) -> Result<Reply> {
    match command {
        Command::New(args) => new::run(&args),
        Command::Build(args) => build::run(&args, desk),
        Command::Dev(args) => dev::run(&args, desk),
        Command::Doctor(args) => doctor::run(&args, desk),
        Command::Key(args) => key::run(args, desk),
        Command::Sign(args) => sign::run(&args, desk),
        Command::Inspect(args) => inspect::run(&args, desk),
        Command::Check(args) => check::run(&args, desk),
        Command::Examine(args) => examine::run(&args, desk),
        Command::Report(args) => report::run(&args, desk),
        Command::Approvals(args) => approvals::run(args, desk),
        Command::Try(args) => trial::run(&args, desk),
        Command::Bench(args) => bench::run(&args, desk),
        Command::Precompile(args) => precompile::run(&args, desk),
        Command::Recipe(args) => recipe::run(args, desk),
        Command::Learn(args) => learn::run(&args),
        Command::Make(args) => make::run(&args, desk),
        Command::Trust(args) => trust::run(args, desk),
        Command::Install(args) => release::install(&args, desk),
        Command::List(args) => release::list(&args, desk),
        Command::Show(args) => release::show(&args, desk),
        Command::History(args) => release::history(&args, desk),
        Command::Rollout(args) => rollout::run(args, desk),
        Command::Activate(args) => release::activate(args, desk),
        Command::Yank(args) => release::yank(args, desk),
        Command::Pin(args) => release::pin(args, desk),
        Command::Revoke(args) => release::revoke(&args, desk),
        Command::Stop(args) => stop::stop(&args, desk),
        Command::Lift(args) => stop::lift(&args, desk),
        Command::Ask(args) => ask::run(&args, desk),
        Command::Gaps(args) => gaps::run(args, desk),
        Command::Grow(args) => grow::run(args, desk),
        Command::Propose(args) => propose::run(args, desk),
        Command::Feedback(args) => feedback::run(&args, desk),
        Command::Watch(args) => watch::run(&args, desk),
        Command::Audit(args) => audit::run(args, desk),
        Command::Completions(args) => Ok(completions::run(&args)),
    }
}
