//! Expressions and inputs at random, from a seed.
//!
//! *Never:* the same seed gives other expressions.

use serde_json::{Value, json};

use crate::random::Random;

/// Deeper expressions are mostly faults.
const DEPTH_MAX: u32 = 4;

impl Random {
    /// Puts expressions in the place of the marks of a template: `S` text, `I` whole number, `D`
    /// double, `B` truth value, `L` list of numbers, `W` list of texts, `M` map, `X` anything.
    fn filled(&mut self, template: &str, depth: u32) -> String {
        let mut out = String::new();
        for letter in template.chars() {
            match letter {
                'S' | 'I' | 'D' | 'B' | 'L' | 'W' | 'M' | 'X' => {
                    out.push_str(&self.of(letter, depth + 1));
                }
                _ => out.push(letter),
            }
        }
        out
    }

    pub(crate) fn expression(&mut self) -> String {
        let kind = ['S', 'I', 'D', 'B', 'L', 'W', 'M', 'X'][self.below(8)];
        self.of(kind, 0)
    }

    fn of(&mut self, kind: char, depth: u32) -> String {
        let leaves: &[&str] = match kind {
            'S' => &["s", "t", "'a'", "''", "'-'", "'lorem ipsum'", "'é'"],
            'I' => &["i", "0", "1", "3", "-7", "12"],
            'D' => &["d", "0.5", "2.0", "-1e10"],
            'B' => &["b", "true", "false"],
            'L' => &["l", "[1, 2, 3]", "[i, 4]"],
            'W' => &["w", "['a', 'b']", "[s, t]"],
            'M' => &["m", "{'a': 1}", "{'a': i, s: 2}"],
            _ => &["x", "null", "dyn(i)"],
        };
        if depth >= DEPTH_MAX || self.below(6) == 0 {
            return self.choose(leaves).to_owned();
        }
        let templates = templates(kind);
        let template = self.choose(&templates);
        self.filled(template, depth)
    }

    fn text(&mut self, most: usize) -> String {
        let length = self.below(most);
        let alphabet: Vec<char> =
            ["abc ", "lorem-ipsum 12", "aé😀\"\\\n", "a"][self.below(4)].chars().collect();
        (0..length).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    fn any(&mut self, depth: u32) -> Value {
        match self.below(if depth > 3 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.number() as i64),
            3 => json!(self.number() as f64 / 7e12),
            4 => json!(self.text(30)),
            5 => (0..self.below(12)).map(|_| self.any(depth + 1)).collect(),
            _ => {
                let entry = |random: &mut Self, at: usize| {
                    (format!("{}{at}", random.text(6)), random.any(depth + 1))
                };
                Value::Object((0..self.below(14)).map(|at| entry(self, at)).collect())
            }
        }
    }

    pub(crate) fn input(&mut self) -> Value {
        let most = [4, 40, 600][self.below(3)];
        let items = [2, 12, 90][self.below(3)];
        let numbers: Vec<i64> =
            (0..self.below(items)).map(|_| self.below(500) as i64 - 90).collect();
        let texts: Vec<String> = (0..self.below(items)).map(|_| self.text(24)).collect();
        let entry = |random: &mut Self, at: usize| (format!("k{at}"), json!(random.below(99)));
        let map: serde_json::Map<String, Value> =
            (0..self.below(items)).map(|at| entry(self, at)).collect();
        json!({
            "s": self.text(most), "t": self.text(12), "i": self.below(60) as i64 - 9,
            "d": self.below(10_000) as f64 / 16.0 + 0.03, "b": self.below(2) == 0,
            "l": numbers, "w": texts, "m": map, "x": self.any(0),
        })
    }
}

/// What expressions of a kind are made of, one a line.
fn templates(kind: char) -> Vec<&'static str> {
    let text = match kind {
        'S' => TEXTS,
        'I' => INTS,
        'D' => DOUBLES,
        'B' => TRUTHS,
        'L' => NUMBERS,
        'W' => WORDS,
        'M' => MAPS,
        _ => ANYTHING,
    };
    text.lines().filter(|line| !line.is_empty()).collect()
}

const TEXTS: &str = r"
S + S
S.upperAscii()
S.lowerAscii()
S.trim()
S.reverse()
S.replace(S, S)
S.replace('a', S, 2)
W.join(S)
W.join()
string(I)
string(D)
string(B)
(B ? S : S)
S.charAt(0)
S.substring(0, 1)
W[0]
'%s-%d'.format([S, I])
'%.3f|%e'.format([D, D])
'%x %b'.format([I, I])
strings.quote(S)
base64.encode(bytes(S))
cel.bind(v, S, v + v)
json.encode(X)
json.encode(L)
json.encode(M)
regex.replace(S, '[aeiou]+', '<\\0>')
string(timestamp(I))
optional.of(S).orValue(S)
url.encode(S)
'%s'.format([X])
'%s'.format([W])
";

const INTS: &str = r"
(I + I)
(I - I)
(I * I)
(I / 3)
(I % 5)
size(S)
size(L)
size(W)
size(M)
S.indexOf(S)
S.lastIndexOf(S)
int(D)
int('12')
L[0]
L[I]
M['a']
math.greatest(I, I)
math.abs(I)
(B ? I : I)
math.bitXor(I, I)
math.bitShiftLeft(I, 2)
timestamp(I).getDayOfYear()
duration('90s').getMinutes()
L.filter(y, y > I).size()
math.least(L)
cel.bind(v, I, v * v)
";

const DOUBLES: &str = r"
(D + D)
(D * D)
(D / 3.0)
double(I)
math.ceil(D)
math.round(D)
math.sqrt(D)
double('0.1')
double(string(D))
";

const TRUTHS: &str = r"
(I < I)
(S == S)
(L == L)
(X == X)
(M == M)
(B && B)
(B || B)
!B
S.contains(S)
S.startsWith(S)
S.endsWith(S)
S.matches('^[a-z ]+$')
S.matches('(a|b)*c')
(I in L)
(S in W)
(S in M)
L.all(y, y > I)
W.exists(y, y.contains(S))
L.exists_one(y, y == 3)
has(M.a)
sets.contains(L, L)
sets.intersects(W, W)
(S < S)
(D >= D)
(X == I)
L.exists(y, L.exists(z, z == y + 1))
W.all(y, W.exists(z, z == y))
";

const NUMBERS: &str = r"
L.map(y, y * 2)
L.map(y, y > 3, y + I)
L.filter(y, y % 2 == 0)
(L + L)
lists.range(5)
lists.range(size(S))
L.sort()
L.reverse()
L.distinct()
L.slice(0, 1)
W.map(y, size(y))
[I, I, I]
(B ? L : L)
L.sortBy(y, -y)
L.map(y, L.filter(z, z < y).size())
L.transformList(k, v, k + v)
[L, L].flatten()
M.map(k, M[k])
";

const WORDS: &str = r"
S.split(S)
S.split('')
S.split(' ')
W.map(y, y + S)
W.filter(y, y.contains('a'))
W.sort()
W.reverse()
(W + W)
L.map(y, string(y))
[S, S]
W.sortBy(y, size(y))
W.distinct()
regex.extractAll(S, '[a-z]+')
M.map(k, k)
W.map(y, y.split('').join('-'))
W.map(y, W.map(z, z + y).join())
";

const MAPS: &str = r"
{'a': I, 'b': I}
L.distinct().transformMap(k, v, v)
m
M.transformMap(k, v, v + 1)
(B ? M : M)
{S: I}
";

const ANYTHING: &str = r"
X
dyn(S)
dyn(L)
dyn(M)
[S, I, X]
{'k': X, 's': S}
(B ? dyn(S) : dyn(I))
json.decode(json.encode(X))
x.a
x[0]
optional.of(X)
[M, M]
w.map(y, {'t': y, 'n': size(y)})
timestamp('2024-01-02T03:04:05Z')
l.map(y, [y, y * y])
type(X)
X == X
ip('10.0.0.1')
";
