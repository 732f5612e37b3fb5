//! The work that every contender does, compiled into each of them from this one source.
//!
//! *Never:* a contender has a kernel of its own, so all give the same answer for the same input.

/// Does one operation; input and output are JSON text.
pub fn run(operation: &str, input: &str) -> Result<String, String> {
    match operation {
        // The text goes in and comes out as it is; nobody parses it.
        "echo" => Ok(input.to_owned()),
        "compute" => Ok(compute(number(input)?).to_string()),
        "fib" => Ok(fib(number(input)?).to_string()),
        "sieve" => Ok(sieve(number(input)?).to_string()),
        "hash" => Ok(hash(number(input)?).to_string()),
        "sort" => Ok(sort(number(input)?).to_string()),
        "json" => json(number(input)?),
        "spin" => spin(number(input)?),
        other => Err(format!("there is no operation `{other}`")),
    }
}

fn number(input: &str) -> Result<u32, String> {
    input.trim().parse().map_err(|_| format!("`{input}` is not a whole number"))
}

/// Calls and memory traffic together: each step calls a function that is not inlined, which reads
/// and writes a table that is larger than the nearest cache.
fn compute(steps: u32) -> u32 {
    let mut table = vec![1_u32; 16_384];
    let mut state = 0x2545_f491_u32;
    for step in 0..steps {
        state = mix(&mut table, state, step);
    }
    table.iter().fold(state, |sum, value| sum.wrapping_mul(31).wrapping_add(*value))
}

#[inline(never)]
fn mix(table: &mut [u32], state: u32, step: u32) -> u32 {
    let mut state = state ^ (state << 13);
    state ^= state >> 17;
    state ^= state << 5;
    let slot = (state as usize) & 16_383;
    let Some(value) = table.get_mut(slot) else { return state };
    *value = value.rotate_left(3).wrapping_add(step);
    state.wrapping_add(*value)
}

/// Nothing but calls.
fn fib(n: u32) -> u32 {
    if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}

/// Tight loops of stores.
fn sieve(limit: u32) -> usize {
    let limit = limit as usize;
    let mut prime = vec![true; limit];
    let mut i = 2;
    while i * i < limit {
        if prime[i] {
            let mut k = i * i;
            while k < limit {
                prime[k] = false;
                k += i;
            }
        }
        i += 1;
    }
    prime.iter().skip(2).filter(|prime| **prime).count()
}

/// A long loop of arithmetic over bytes: FNV-1a.
fn hash(rounds: u32) -> u64 {
    let text: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(31) >> 3) as u8).collect();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for _ in 0..rounds {
        for byte in &text {
            hash ^= u64::from(*byte);
            hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

/// Branches that nobody can foresee: a sort of random numbers by the standard library.
fn sort(count: u32) -> u64 {
    let mut state = 0x9e37_79b9_u32;
    let mut numbers: Vec<u32> = (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .collect();
    numbers.sort_unstable();
    numbers.iter().enumerate().fold(0, |sum: u64, (at, value)| {
        sum.wrapping_mul(31).wrapping_add(at as u64 ^ u64::from(*value))
    })
}

/// What most capabilities do: read JSON, look through it, write JSON.
fn json(rounds: u32) -> Result<String, String> {
    let mut text = String::from(r#"{"people":["#);
    for i in 0..64 {
        if i > 0 {
            text.push(',');
        }
        text.push_str(&format!(
            r#"{{"id":{i},"name":"person {i} \"the {i}th\"","score":{}.5,"tags":["a","b","c"],"ok":{}}}"#,
            i * 7 % 13,
            i % 2 == 0
        ));
    }
    text.push_str("]}");
    let mut total = 0.0;
    for _ in 0..rounds {
        let mut value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let people = value["people"].as_array_mut().ok_or("no people")?;
        people.retain(|person| person["ok"] == true);
        total += people.iter().filter_map(|person| person["score"].as_f64()).sum::<f64>();
        total += value.to_string().len() as f64;
    }
    Ok(total.to_string())
}

/// Never ends, for the largest input; what a deadline has to stop.
fn spin(rounds: u32) -> Result<String, String> {
    let mut state = 1_u32;
    let mut round = 0_u32;
    while round < rounds || rounds == u32::MAX {
        state = std::hint::black_box(state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f));
        round = round.wrapping_add(1);
    }
    Ok(state.to_string())
}
