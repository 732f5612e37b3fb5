//! Dice that fall the same way for the same seed: xoshiro256++, seeded by SplitMix64.
//!
//! A generator that is not for secrets is several times as fast as one that is, and a simulation
//! throws a hundred million times.
//!
//! *Never:* these are used where somebody gains from guessing them.

/// The dice of one run.
#[derive(Debug, Clone)]
pub(crate) struct Dice([u64; 4]);

impl Dice {
    /// The dice of a seed and a number.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut state = seed ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03);
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        };
        Self([next(), next(), next(), next()])
    }

    pub(crate) const fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        let (b, a) = (b ^ c, a ^ d);
        self.0 = [a, b, c ^ (self.0[1] << 17), d.rotate_left(45)];
        result
    }

    /// From 0 to just below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float holds")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of `count`, which is not 0.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(count)) >> 64).try_into().unwrap_or(0)
    }

    /// How many misses come before the first hit.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts of floats saturate, and so many misses are never"
    )]
    pub(crate) fn misses(&mut self, probability: f64) -> u64 {
        if probability >= 1.0 {
            return 0;
        }
        if probability <= 0.0 {
            return u64::MAX >> 8;
        }
        ((1.0 - self.unit()).ln() / (-probability).ln_1p()) as u64
    }

    /// How many of `count` hit.
    pub(crate) fn hits(&mut self, count: u64, probability: f64) -> u64 {
        let mut hits = 0;
        let mut place = self.misses(probability);
        while place < count {
            hits += 1;
            place += 1 + self.misses(probability);
        }
        hits
    }

    /// From the normal distribution.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference implementation's first numbers for the state 1, 2, 3, 4.
    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        let mut dice = Dice([1, 2, 3, 4]);
        let expected = [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386];
        assert_eq!([dice.next(), dice.next(), dice.next(), dice.next()], expected);
    }

    #[test]
    fn hits_have_the_mean_they_should() {
        let mut dice = Dice::new(1, 1);
        let hits: u64 = (0..10_000).map(|_| dice.hits(99, 0.01)).sum();
        assert!((9_500..10_300).contains(&hits), "{hits}");
        assert_eq!(dice.hits(5, 1.0), 5);
        assert_eq!(dice.hits(5, 0.0), 0);
    }
}
