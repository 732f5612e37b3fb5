//! Addresses and ranges of them, beside those of the standard library, which shares no line with this
//! one.
//!
//! *Never:* only addresses that are good are asked about.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use engraft_recipe::cel::Type;
use serde_json::{Value, json};

use crate::lines::{Line, hold};
use crate::random::Random;
use crate::setting;

/// Inputs that run where nobody asks for more, each through all lines.
const CASES: usize = 150;

#[derive(Debug)]
struct Case {
    a: String,
    b: String,
    c: String,
    d: String,
}

/// An address in one of the ways to write it.
fn address(random: &mut Random) -> String {
    if random.below(2) == 0 {
        let mut octets = random.number().to_be_bytes()[..4].to_vec();
        octets[0] = [10, 127, 0, 169, 224, 255, 192][random.below(7)];
        octets[1] = [octets[1], 0, 254, 255][random.below(4)];
        octets[2] = [octets[2], 0, 255][random.below(3)];
        return Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]).to_string();
    }
    let group = |random: &mut Random| match random.below(3) {
        0 => random.number() as u16,
        _ => 0,
    };
    let mut groups: [u16; 8] = std::array::from_fn(|_| group(random));
    groups[0] = [0x2001, 0xfe80, 0xff02, 0xff32, 0xfd00, 0, 0, 0][random.below(8)];
    groups[5] = [groups[5], 0xffff, 0][random.below(3)];
    let address = Ipv6Addr::from(groups);
    let long: Vec<String> = groups.iter().map(|group| format!("{group:x}")).collect();
    let [.., g, h] = groups;
    match random.below(5) {
        0 => long.join(":"),
        1 => address.to_string().to_uppercase(),
        2 => {
            format!("{}:{}", long[..6].join(":"), Ipv4Addr::from(u32::from(g) << 16 | u32::from(h)))
        }
        _ => address.to_string(),
    }
}

/// Text as it is, or with a letter changed, which is mostly no address any more.
fn maybe_broken(random: &mut Random, text: String) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if random.below(4) == 0 {
        let at = random.below(letters.len());
        let letter =
            random.choose(&[":", ".", "0", "1", "g", "%", "/", " "]).chars().next().unwrap();
        match random.below(3) {
            0 => letters[at] = letter,
            1 => letters.insert(at, letter),
            _ => drop(letters.remove(at)),
        }
    }
    letters.into_iter().collect()
}

fn range(random: &mut Random) -> String {
    let prefix = [random.below(33), random.below(129), 0, 8, 32, 130][random.below(6)];
    let padding = random.choose(&["", "", "", "0", "+"]);
    format!("{}/{padding}{prefix}", address(random))
}

fn case(random: &mut Random) -> Case {
    let (a, b) = (address(random), address(random));
    let (c, d) = (range(random), range(random));
    // Something that both may hold.
    let (c, d) = match random.below(3) {
        0 => (format!("{a}/{}", random.below(33)), format!("{a}/{}", random.below(33))),
        _ => (c, d),
    };
    Case {
        a: maybe_broken(random, a),
        b: maybe_broken(random, b),
        c: maybe_broken(random, c),
        d: maybe_broken(random, d),
    }
}

fn input(case: &Case) -> Value {
    json!({
        "a": {"string": case.a}, "b": {"string": case.b},
        "c": {"string": case.c}, "d": {"string": case.d},
    })
}

fn truth(holds: bool) -> Option<Value> {
    Some(json!({ "bool": holds }))
}

fn int(number: u32) -> Option<Value> {
    Some(json!({"int": number.to_string()}))
}

fn text(text: String) -> Option<Value> {
    Some(json!({ "string": text }))
}

/// What the language takes: of addresses of the old family in the new one, those without dots.
fn ip(text: &str) -> Option<IpAddr> {
    match text.parse().ok()? {
        IpAddr::V6(six) if six.to_ipv4_mapped().is_some() && text.contains('.') => None,
        address => Some(address.to_canonical()),
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The bits of an address, the last one in the last place.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(four.to_bits()),
        IpAddr::V6(six) => six.to_bits(),
    }
}

fn cidr(text: &str) -> Option<(IpAddr, u32)> {
    let (before, digits) = text.rsplit_once('/')?;
    let address = ip(before)?;
    let mapped = address.is_ipv4() && before.contains(':');
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    let padded = digits.len() > 1 && digits.starts_with('0');
    let length: u32 = digits.parse().ok().filter(|_| plain && !padded && !mapped)?;
    (length <= width(address)).then_some((address, length))
}

fn shared(address: IpAddr, length: u32) -> u128 {
    bits(address).checked_shr(width(address) - length).unwrap_or(0)
}

fn masked(text: &str) -> Option<IpAddr> {
    let (address, length) = cidr(text)?;
    let kept = shared(address, length).checked_shl(width(address) - length).unwrap_or(0);
    Some(match address {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(kept).unwrap())),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(kept)),
    })
}

fn holds(range: &str, address: Option<IpAddr>) -> Option<bool> {
    let ((network, length), address) = (cidr(range)?, address?);
    let alike = width(network) == width(address);
    Some(alike && shared(network, length) == shared(address, length))
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_link_local(),
        IpAddr::V6(six) => six.is_unicast_link_local(),
    }
}

fn is_link_local_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.octets()[..3] == [224, 0, 0],
        IpAddr::V6(six) => six.segments()[0] & 0xff0f == 0xff02,
    }
}

fn is_global(address: IpAddr) -> bool {
    let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    let special = address.is_unspecified() || address.is_loopback() || address.is_multicast();
    !(broadcast || special || is_link_local(address))
}

const LINES: [Line<Case>; 19] = [
    ("isIP(a)", |case| truth(ip(&case.a).is_some())),
    ("string(ip(a))", |case| text(ip(&case.a)?.to_string())),
    ("ip(a) == ip(b)", |case| truth(ip(&case.a)? == ip(&case.b)?)),
    ("ip.isCanonical(a)", |case| truth(ip(&case.a)?.to_string() == case.a)),
    ("ip(a).family()", |case| int(if ip(&case.a)?.is_ipv4() { 4 } else { 6 })),
    ("ip(a).isUnspecified()", |case| truth(ip(&case.a)?.is_unspecified())),
    ("ip(a).isLoopback()", |case| truth(ip(&case.a)?.is_loopback())),
    ("ip(a).isLinkLocalUnicast()", |case| truth(is_link_local(ip(&case.a)?))),
    ("ip(a).isLinkLocalMulticast()", |case| truth(is_link_local_multicast(ip(&case.a)?))),
    ("ip(a).isGlobalUnicast()", |case| truth(is_global(ip(&case.a)?))),
    ("isCIDR(c)", |case| truth(cidr(&case.c).is_some())),
    ("string(cidr(c))", |case| cidr(&case.c).and_then(|(a, length)| text(format!("{a}/{length}")))),
    ("string(cidr(c).ip())", |case| text(cidr(&case.c)?.0.to_string())),
    ("cidr(c).prefixLength()", |case| int(cidr(&case.c)?.1)),
    ("string(cidr(c).masked())", |case| text(format!("{}/{}", masked(&case.c)?, cidr(&case.c)?.1))),
    ("cidr(c).isMask()", |case| truth(masked(&case.c)? == cidr(&case.c)?.0)),
    ("cidr(c).containsIP(a)", |case| truth(holds(&case.c, ip(&case.a))?)),
    ("cidr(c).containsIP(ip(a))", |case| truth(holds(&case.c, ip(&case.a))?)),
    ("cidr(c).containsCIDR(d)", |case| {
        let ((_, outer), (inner, length)) = (cidr(&case.c)?, cidr(&case.d)?);
        truth(holds(&case.c, Some(inner))? && outer <= length)
    }),
];

#[test]
fn addresses_are_what_the_standard_library_says() {
    let mut random = Random::new(setting("ENGRAFT_SEED", 5) as u64);
    let count = CASES.max(setting("ENGRAFT_PAIRS", 0) / LINES.len());
    let names = ["a", "b", "c", "d"].map(|name| (name, Type::Text));
    hold(&names, &LINES, (0..count).map(|_| case(&mut random)), input);
}
