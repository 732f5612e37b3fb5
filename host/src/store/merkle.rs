//! The Merkle tree of RFC 6962: one hash that stands for a whole log, and short proofs about it.
//!
//! An inclusion proof shows that an entry is in a log of which one knows only the root; a
//! consistency proof shows that one log is the beginning of another. SHA-256, as the RFC has it, so
//! that other programs can check them.
//!
//! *Never:* a proof is believed in part; each step has to be there and none may be left over.

use sha2::{Digest as _, Sha256};

/// The hash of a leaf, a node or a whole tree.
pub type Hash = [u8; 32];

/// The hash of one entry.
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    // The prefix keeps a leaf from ever being taken for a node.
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The root over the hashes of all entries.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The proof that the entry at `index` is in the log; none where there is no such entry.
#[must_use]
pub fn prove_inclusion(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            leaves = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Whether an entry with this hash is at `index` in a log of this length and root.
#[must_use]
pub fn is_included(leaf: &Hash, index: u64, length: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= length {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, length - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The proof that the first `old` entries are the beginning of the log; none where it is shorter.
#[must_use]
pub fn prove_consistency(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut old, mut is_whole) = (leaves, old, true);
    // Every log begins with the empty one, and with itself; nothing is needed to show that.
    if old == 0 || old == leaves.len() {
        return Some(proof);
    }
    while old != leaves.len() {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if old <= left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            leaves = right;
            is_whole = false;
        }
    }
    if !is_whole {
        proof.push(root(leaves));
    }
    proof.reverse();
    Some(proof)
}

/// Whether a log of one length and root is the beginning of one of another.
#[must_use]
pub fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old, old_root), (new, new_root)) = (old, new);
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == root(&[]);
    }
    if old > new {
        return false;
    }
    // A whole subtree at the beginning is the old root itself, which the proof leaves out.
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        let Some((first, rest)) = proof.split_first() else { return false };
        (*first, rest)
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut hash_old, mut hash_new) = (first, first);
    for step in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash_old = node(step, &hash_old);
            hash_new = node(step, &hash_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash_new = node(&hash_new, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash_old == *old_root && hash_new == *new_root
}

/// The root of a log that grows, without keeping its entries: the roots of the whole subtrees that
/// it consists of, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    length: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Adds an entry by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each whole pair of subtrees of one size becomes one of twice the size.
        for _ in 0..self.length.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.length += 1;
    }

    /// The frontier of a log of this length, whose whole subtrees have these roots; none where
    /// their number does not fit.
    #[must_use]
    pub fn from_peaks(length: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == length.count_ones() as usize).then_some(Self { length, peaks })
    }

    /// The roots of the whole subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// How many entries were added.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The root of the log so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return root(&[]) };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The largest power of two below a length of at least 2.
const fn split(length: usize) -> usize {
    let half = length.next_power_of_two() / 2;
    if half == length { length / 2 } else { half }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries and roots that the reference implementation of Certificate Transparency tests
    /// with.
    const ENTRIES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect()
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|entry| leaf(&entry.to_le_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_the_reference() {
        let leaves: Vec<Hash> = ENTRIES.iter().map(|entry| leaf(&bytes(entry))).collect();
        for (length, expected) in ROOTS.iter().enumerate() {
            assert_eq!(root(&leaves[..length]).to_vec(), bytes(expected), "{length}");
        }
    }

    #[test]
    fn a_frontier_has_the_root_of_its_log() {
        let mut frontier = Frontier::default();
        for length in 0..70_u64 {
            assert_eq!(frontier.root(), root(&leaves(length)), "{length}");
            assert_eq!(frontier.length(), length);
            frontier.push(leaf(&length.to_le_bytes()));
        }
    }

    #[test]
    fn every_inclusion_is_proved_and_nothing_else() {
        for length in 1..40_u64 {
            let leaves = leaves(length);
            let root = root(&leaves);
            for index in 0..length {
                let proof = prove_inclusion(&leaves, index as usize).unwrap();
                let leaf = &leaves[index as usize];
                assert!(is_included(leaf, index, length, &proof, &root), "{index} of {length}");
                assert!(!is_included(leaf, (index + 1) % length.max(2), length, &proof, &root));
                assert!(!is_included(&[7; 32], index, length, &proof, &root));
                let mut longer = proof.clone();
                longer.push([7; 32]);
                assert!(!is_included(leaf, index, length, &longer, &root), "left over");
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(!is_included(leaf, index, length, shorter, &root), "missing");
                }
            }
            assert_eq!(prove_inclusion(&leaves, length as usize), None);
        }
    }

    #[test]
    fn every_beginning_is_proved_and_nothing_else() {
        for new in 0..40_u64 {
            let leaves = leaves(new);
            let new_root = root(&leaves);
            for old in 0..=new {
                let proof = prove_consistency(&leaves, old as usize).unwrap();
                let old_root = root(&leaves[..old as usize]);
                assert!(is_consistent((old, &old_root), (new, &new_root), &proof), "{old} {new}");
                assert!(!is_consistent((old, &[7; 32]), (new, &new_root), &proof), "{old} {new}");
                if old > 0 {
                    assert!(!is_consistent((old, &old_root), (new, &[7; 32]), &proof));
                }
                let mut longer = proof.clone();
                longer.push([7; 32]);
                assert!(!is_consistent((old, &old_root), (new, &new_root), &longer));
            }
            assert_eq!(prove_consistency(&leaves, new as usize + 1), None);
        }
    }
}
