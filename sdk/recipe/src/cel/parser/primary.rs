//! What an expression begins with: literals, names, lists, maps, and brackets.
//!
//! *Never:* a reserved word becomes a name.

use super::super::ast::{Entry, Expr, Item, Kind, Literal, Presence, Span};
use super::super::lexer::Token;
use super::super::macros;
use super::{Parsed, Parser, RESERVED, too_large};
use crate::diagnostic::Diagnostic;

impl Parser<'_> {
    fn literal(&mut self, literal: Literal) -> Parsed {
        let span = self.span;
        self.advance()?;
        self.make(Kind::Literal(literal), span)
    }

    pub(super) fn primary(&mut self) -> Parsed {
        let start = self.span;
        match self.token.clone() {
            Token::Int(value) => match i64::try_from(value) {
                Ok(value) => self.literal(Literal::Int(value)),
                Err(_) => Err(too_large(start)),
            },
            Token::Uint(value) => self.literal(Literal::Uint(value)),
            Token::Double(value) => self.literal(Literal::Double(value)),
            Token::Text(text) => self.literal(Literal::Text(text)),
            Token::Bytes(bytes) => self.literal(Literal::Bytes(bytes)),
            Token::Name(name) => match name.as_str() {
                "true" => self.literal(Literal::Bool(true)),
                "false" => self.literal(Literal::Bool(false)),
                "null" => self.literal(Literal::Null),
                _ => self.name(name, start, false),
            },
            Token::Mark(".") => {
                self.advance()?;
                match self.token.clone() {
                    Token::Name(name) => self.name(name, start, true),
                    _ => Err(self.unexpected("a name")),
                }
            }
            Token::Mark("(") => {
                self.advance()?;
                let expr = self.expr()?;
                self.expect(")")?;
                Ok(expr)
            }
            Token::Mark("[" | "[?") => self.list(),
            Token::Mark("{" | "{?") => self.map(),
            Token::Quoted(_) | Token::Mark(_) | Token::End => Err(self.unexpected("an expression")),
        }
    }

    fn name(&mut self, name: String, start: Span, root: bool) -> Parsed {
        let name_span = self.span;
        if RESERVED.contains(&name.as_str()) {
            return Err(Diagnostic::new(name_span, format!("`{name}` is reserved"))
                .mend("choose another name"));
        }
        self.advance()?;
        if self.is("(") {
            let args = self.arguments()?;
            let span = self.since(start);
            let kind = macros::global(name, name_span, args, span)?;
            return self.make(kind, span);
        }
        self.make(Kind::Name { name, root }, self.since(start))
    }

    fn list(&mut self) -> Parsed {
        let start = self.span;
        let mut next = self.presence("[?")?;
        let mut items = Vec::new();
        while !self.eat("]")? {
            // The definition allows a comma behind nothing, too.
            if items.is_empty() && next == Presence::Required && self.eat(",")? {
                self.expect("]")?;
                break;
            }
            if next == Presence::Required && self.eat("?")? {
                next = Presence::Optional;
            }
            items.push(Item { presence: next, value: self.expr()? });
            next = Presence::Required;
            if !self.eat(",")? {
                self.expect("]")?;
                break;
            }
        }
        self.make(Kind::List(items), self.since(start))
    }

    fn map(&mut self) -> Parsed {
        let start = self.span;
        let mut next = self.presence("{?")?;
        let mut entries = Vec::new();
        while !self.eat("}")? {
            // The definition allows a comma behind nothing, too.
            if entries.is_empty() && next == Presence::Required && self.eat(",")? {
                self.expect("}")?;
                break;
            }
            if next == Presence::Required && self.eat("?")? {
                next = Presence::Optional;
            }
            let key = self.expr()?;
            self.expect(":")?;
            entries.push(Entry { presence: next, key, value: self.expr()? });
            next = Presence::Required;
            if !self.eat(",")? {
                self.expect("}")?;
                break;
            }
        }
        self.make(Kind::Map(entries), self.since(start))
    }

    /// `name{field: value}`: read, so that the message about it can be a good one.
    pub(super) fn message(&mut self, name: &Expr, start: Span) -> Parsed {
        let name = macros::dotted(name).unwrap_or_default();
        self.advance()?;
        while !self.eat("}")? {
            self.advance()?;
            self.expect(":")?;
            self.expr()?;
            if !self.eat(",")? {
                self.expect("}")?;
                break;
            }
        }
        self.make(Kind::Message(name), self.since(start))
    }
}
