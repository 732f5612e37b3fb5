//! A plugin of the shop in `examples/own-world`. It knows the shop's world, and nothing of Engraft.

wit_bindgen::generate!({ path: "../../own-world/wit", world: "restocker" });

use acme::shop::orders;

/// Fewer than this is too few.
const STOCK_MIN: u32 = 5;
/// What a pallet holds.
const ORDER: u32 = 20;

struct Restock;

impl Guest for Restock {
    fn restock(stock: Vec<(String, u32)>) -> u32 {
        let short = stock.iter().filter(|(_, left)| *left < STOCK_MIN);
        short.map(|(article, _)| orders::place(article, ORDER)).count() as u32
    }
}

export!(Restock);
