//! Tokens to a tree, by binding strength.
//!
//! Written here after a trial against the conformance data: `cel` 0.15 has no optional syntax, no
//! names in backquotes and no variables of `cel.block` (it reads 763 of 786 cases), and `cel-core` 0.5
//! reads all of them, but ends the process on ten thousand brackets. Recipes come from anywhere.
//!
//! *Never:* recursion deeper than the limit, whatever the source.

mod primary;

use super::ast::{Expr, Kind, Literal, Presence, Span};
use super::lexer::{Lexer, Token};
use super::macros;
use crate::diagnostic::Diagnostic;

/// Expressions longer than this are refused: nobody reads them, and time to compile grows with them.
pub const SOURCE_MAX: usize = 65_536;

/// Nodes above each other; each takes some frames of the stack in every later step.
pub const DEPTH_MAX: u32 = 200;

/// Brackets within brackets: the parser's own frames are the largest.
const NEST_MAX: u32 = 64;

/// Words that are no names of variables.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "true",
    "false",
    "null",
];

/// Reads an expression.
///
/// # Errors
///
/// What is wrong with the source, and where.
pub fn parse(source: &str) -> Result<Expr, Diagnostic> {
    if source.len() > SOURCE_MAX {
        let span = Span { start: 0, end: 1 };
        let message = format!("this expression has {} bytes", source.len());
        return Err(Diagnostic::new(span, message)
            .mend(format!("an expression has at most {SOURCE_MAX}; split it with `let`")));
    }
    let mut parser = Parser::new(source)?;
    let expr = parser.expr()?;
    match parser.token {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("an operator, or the end")),
    }
}

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    span: Span,
    /// Where the token before ended.
    end: usize,
    nest: u32,
}

type Parsed = Result<Expr, Diagnostic>;

impl<'a> Parser<'a> {
    fn new(source: &'a str) -> Result<Self, Diagnostic> {
        let lexer = Lexer::new(source);
        let mut parser = Self { lexer, token: Token::End, span: Span::default(), end: 0, nest: 0 };
        parser.advance()?;
        Ok(parser)
    }

    fn advance(&mut self) -> Result<Token, Diagnostic> {
        self.end = self.span.end;
        let (token, span) = self
            .lexer
            .next()
            .map_err(|error| Diagnostic::new(error.span, error.message).mend(error.mend))?;
        self.span = span;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, mark: &str) -> bool {
        matches!(&self.token, Token::Mark(found) if *found == mark)
    }

    fn eat(&mut self, mark: &str) -> Result<bool, Diagnostic> {
        let found = self.is(mark);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), Diagnostic> {
        if self.eat(mark)? { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        let found = match &self.token {
            Token::Name(name) => format!("`{name}`"),
            Token::Quoted(name) => format!("the field `{name}`"),
            Token::Int(_) | Token::Uint(_) | Token::Double(_) => "a number".to_owned(),
            Token::Text(_) => "text".to_owned(),
            Token::Bytes(_) => "bytes".to_owned(),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end".to_owned(),
        };
        Diagnostic::new(self.span, format!("{found} stands where {wanted} was expected"))
    }

    fn make(&self, kind: Kind, span: Span) -> Parsed {
        let expr = Expr::new(kind, span);
        if expr.depth <= DEPTH_MAX {
            return Ok(expr);
        }
        Err(Diagnostic::new(span, format!("this nests deeper than {DEPTH_MAX} operations"))
            .mend("split it with `let`"))
    }

    fn since(&self, start: Span) -> Span {
        Span { start: start.start, end: self.end }
    }

    fn expr(&mut self) -> Parsed {
        self.nest += 1;
        if self.nest > NEST_MAX {
            let message = format!("this stands inside of more than {NEST_MAX} brackets");
            return Err(Diagnostic::new(self.span, message).mend("split it with `let`"));
        }
        let start = self.span;
        let condition = self.binary(0)?;
        let expr = if self.eat("?")? {
            let yes = self.binary(0)?;
            self.expect(":")?;
            let no = self.expr()?;
            let kind = Kind::If(Box::new(condition), Box::new(yes), Box::new(no));
            self.make(kind, self.since(start))?
        } else {
            condition
        };
        self.nest -= 1;
        Ok(expr)
    }

    /// How strongly the operator at hand binds, and its function.
    fn operator(&self) -> Option<(u8, &'static str)> {
        Some(match &self.token {
            Token::Name(name) if name == "in" => (3, "@in"),
            Token::Mark(mark) => match *mark {
                "||" => (1, "_||_"),
                "&&" => (2, "_&&_"),
                "==" => (3, "_==_"),
                "!=" => (3, "_!=_"),
                "<" => (3, "_<_"),
                "<=" => (3, "_<=_"),
                ">" => (3, "_>_"),
                ">=" => (3, "_>=_"),
                "+" => (4, "_+_"),
                "-" => (4, "_-_"),
                "*" => (5, "_*_"),
                "/" => (5, "_/_"),
                "%" => (5, "_%_"),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Parsed {
        let start = self.span;
        let mut left = self.unary()?;
        while let Some((strength, function)) = self.operator() {
            if strength <= least {
                break;
            }
            let name_span = self.span;
            self.advance()?;
            let right = self.binary(strength)?;
            let kind = match function {
                "_||_" => Kind::Or(Box::new(left), Box::new(right)),
                "_&&_" => Kind::And(Box::new(left), Box::new(right)),
                _ => Kind::Call {
                    target: None,
                    function: function.to_owned(),
                    name_span,
                    args: vec![left, right],
                },
            };
            left = self.make(kind, self.since(start))?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        // A row of signs is read in a loop, and pairs of them cancel as the operators would.
        let start = self.span;
        let mut signs = Vec::new();
        loop {
            let span = self.span;
            if self.is("!") {
                signs.push(("!_", span));
            } else if self.is("-") {
                signs.push(("-_", span));
            } else {
                break;
            }
            self.advance()?;
        }
        let mut expr = match (&self.token, signs.last()) {
            // The least integer is a literal of its own: without its sign it does not exist.
            (Token::Int(value), Some(("-_", _))) => {
                let value = *value;
                let (_, sign) = signs.pop().unwrap_or(("-_", start));
                let span = sign.to(self.span);
                let Some(value) = 0_i64.checked_sub_unsigned(value) else {
                    return Err(too_large(span));
                };
                self.advance()?;
                let literal = self.make(Kind::Literal(Literal::Int(value)), span)?;
                self.members(literal, sign)?
            }
            (Token::Double(value), Some(("-_", _))) => {
                let value = -*value;
                let (_, sign) = signs.pop().unwrap_or(("-_", start));
                let span = sign.to(self.span);
                self.advance()?;
                let literal = self.make(Kind::Literal(Literal::Double(value)), span)?;
                self.members(literal, sign)?
            }
            _ => {
                let start = self.span;
                let primary = self.primary()?;
                self.members(primary, start)?
            }
        };
        while let Some((function, name_span)) = signs.pop() {
            let span = name_span.to(expr.span);
            let kind = Kind::Call {
                target: None,
                function: function.to_owned(),
                name_span,
                args: vec![expr],
            };
            expr = self.make(kind, span)?;
        }
        Ok(expr)
    }

    fn members(&mut self, mut expr: Expr, start: Span) -> Parsed {
        loop {
            if self.is(".") || self.is(".?") {
                let presence = self.presence(".?")?;
                expr = self.member(expr, presence, start)?;
            } else if self.is("[") || self.is("[?") {
                let presence = self.presence("[?")?;
                let index = Box::new(self.expr()?);
                self.expect("]")?;
                let kind = Kind::Index { operand: Box::new(expr), index, presence };
                expr = self.make(kind, self.since(start))?;
            } else if self.is("{") && macros::dotted(&expr).is_some() {
                expr = self.message(&expr, start)?;
            } else {
                return Ok(expr);
            }
        }
    }

    /// Reads a mark with the `?` behind it, if there is one: it may stand apart.
    fn presence(&mut self, with_question: &str) -> Result<Presence, Diagnostic> {
        let is_one_mark = self.is(with_question);
        self.advance()?;
        let is_optional = is_one_mark || self.eat("?")?;
        Ok(if is_optional { Presence::Optional } else { Presence::Required })
    }

    fn member(&mut self, operand: Expr, presence: Presence, start: Span) -> Parsed {
        let name_span = self.span;
        let (field, quoted) = match self.advance()? {
            Token::Name(name) if !matches!(name.as_str(), "in" | "true" | "false" | "null") => {
                (name, false)
            }
            Token::Quoted(name) => (name, true),
            token => {
                self.token = token;
                self.span = name_span;
                return Err(self.unexpected("a field's name"));
            }
        };
        if self.is("(") && !quoted && presence == Presence::Required {
            let args = self.arguments()?;
            let span = self.since(start);
            let kind = macros::method(operand, field, name_span, args, span)?;
            return self.make(kind, span);
        }
        let kind = Kind::Select { operand: Box::new(operand), field, presence };
        self.make(kind, self.since(start))
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, Diagnostic> {
        self.expect("(")?;
        let mut args = Vec::new();
        if self.eat(")")? {
            return Ok(args);
        }
        loop {
            args.push(self.expr()?);
            if self.eat(")")? {
                return Ok(args);
            }
            self.expect(",")?;
        }
    }
}

fn too_large(span: Span) -> Diagnostic {
    Diagnostic::new(span, "this number does not fit into 64 bits with a sign")
        .mend("write `u` behind it, or a decimal point")
}
