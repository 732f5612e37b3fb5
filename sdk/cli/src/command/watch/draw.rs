//! One look, drawn on a terminal of any size.
//!
//! *Never:* a colour carries what the words do not say.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, LineGauge, Paragraph, Row, Table, Wrap};

use super::plain::{CALLS, arm_in_words, cells_of};
use super::view::{RolloutRow, View};

/// Lines of one rollout, its frame included.
const ROLLOUT_LINES: u16 = 7;
/// Releases are what people look for first; they get so many lines before anything else does.
const RELEASE_LINES_MIN: u16 = 6;

pub(super) fn draw(frame: &mut Frame<'_>, view: &View, scrolled: usize) {
    let stopped = u16::from(view.stopped.is_some());
    let height = frame.area().height;
    let rollouts = u16::try_from(view.rollouts.len()).unwrap_or(u16::MAX);
    let rollouts = rollouts.saturating_mul(ROLLOUT_LINES);
    let rollouts = rollouts.min(height.saturating_sub(RELEASE_LINES_MIN + 3));
    let releases = u16::try_from(view.releases.len()).unwrap_or(u16::MAX).saturating_add(3);
    let releases = releases.min((height / 2).max(RELEASE_LINES_MIN));
    let [title, stop, table, panes, log, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(stopped),
        Constraint::Length(releases),
        Constraint::Length(rollouts),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let head = format!(" engraft watch   {}, {} entries", view.programs_in_words(), view.entries);
    frame.render_widget(Paragraph::new(head).style(bold()), title);
    if let Some(why) = &view.stopped {
        let text = format!(" everything stands still: {why}");
        frame.render_widget(Paragraph::new(text).style(alarm()), stop);
    }
    releases_table(frame, view, scrolled, table);
    for (index, rollout) in view.rollouts.iter().enumerate() {
        let top = u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(ROLLOUT_LINES);
        let left = panes.height.saturating_sub(top);
        if left > 0 {
            let area = Rect { y: panes.y + top, height: left.min(ROLLOUT_LINES), ..panes };
            pane(frame, rollout, area);
        }
    }
    decisions(frame, view, log);
    frame.render_widget(Paragraph::new(" q quits   ↑ ↓ move the releases").style(dim()), foot);
}

fn releases_table(frame: &mut Frame<'_>, view: &View, scrolled: usize, area: Rect) {
    let header = [&["capability", "version", "role"][..], &CALLS].concat();
    let rows = view.releases.iter().skip(scrolled.min(view.releases.len().saturating_sub(1)));
    let rows = rows.map(|row| {
        let mut cells = vec![row.name.clone(), row.version.clone(), row.role.clone()];
        cells.extend(cells_of(&row.calls));
        let style = match row.role.as_str() {
            "revoked" | "rolled back" => Style::new().fg(Color::Red),
            role if role.starts_with("spreads") => Style::new().fg(Color::Yellow),
            _ => Style::new(),
        };
        Row::new(cells).style(style)
    });
    let widths = [
        Constraint::Fill(2),
        Constraint::Length(10),
        Constraint::Length(14),
        Constraint::Length(11),
        Constraint::Length(8),
        Constraint::Length(9),
        Constraint::Length(8),
        Constraint::Length(8),
        Constraint::Length(9),
    ];
    let table = Table::new(rows, widths).header(Row::new(header).style(dim()));
    frame.render_widget(table.block(Block::bordered().title(" releases ")), area);
}

fn pane(frame: &mut Frame<'_>, rollout: &RolloutRow, area: Rect) {
    let paused = if rollout.paused { ", paused" } else { "" };
    let title = format!(
        " {} {}   {} at {}{paused} ",
        rollout.name, rollout.version, rollout.stage, rollout.share
    );
    let block = Block::bordered().title(title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [arms, gauge, words] =
        Layout::vertical([Constraint::Length(2), Constraint::Length(1), Constraint::Min(0)])
            .areas(inner);
    let judged = |is_new| {
        let decision = rollout.decision.as_ref();
        let tally = decision.map(|d| if is_new { d.treatment } else { d.control });
        tally
            .map_or_else(String::new, |tally| format!("   {}", RolloutRow::judged_in_words(&tally)))
    };
    let line = |name: &'static str, calls, is_new| {
        let text = format!("{}{}", arm_in_words(calls), judged(is_new));
        Line::from(vec![Span::styled(name, bold()), Span::raw(text)])
    };
    let both = vec![line("new  ", &rollout.new, true), line("old  ", &rollout.old, false)];
    frame.render_widget(Paragraph::new(Text::from(both)), arms);
    let colour = match rollout.nearness() {
        near if near >= 1.0 => Color::Red,
        near if near >= 0.5 => Color::Yellow,
        _ => Color::Green,
    };
    let bar = LineGauge::default()
        .ratio(rollout.nearness())
        .label(rollout.evidence_in_words())
        .filled_symbol("█")
        .unfilled_symbol("░")
        .filled_style(Style::new().fg(colour));
    frame.render_widget(bar, gauge);
    if let Some(decision) = &rollout.decision {
        let sentence = crate::text::line(&decision.sentence);
        frame.render_widget(Paragraph::new(sentence).wrap(Wrap { trim: true }), words);
    }
}

fn decisions(frame: &mut Frame<'_>, view: &View, area: Rect) {
    let block = Block::bordered().title(" last decisions ");
    // The latest are below, and where there is no room for all of them the oldest have none.
    let mut lines = Vec::new();
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let mut left = usize::from(area.height.saturating_sub(2));
    for said in view.decisions.iter().rev() {
        let letters = said.at.chars().count() + 2 + said.words.chars().count();
        // Words are not broken, so a line may hold some letters less.
        let needed = (letters + letters / 8).div_ceil(width);
        if needed > left {
            break;
        }
        left -= needed;
        let at = Span::styled(format!("{}  ", said.at), dim());
        lines.push(Line::from(vec![at, Span::raw(said.words.clone())]));
    }
    lines.reverse();
    let text = Paragraph::new(Text::from(lines)).wrap(Wrap { trim: true }).block(block);
    frame.render_widget(text, area);
}

const fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

const fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

const fn alarm() -> Style {
    Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)
}
