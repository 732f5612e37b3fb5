//! What one user may get of all that is offered.
//!
//! *Never:* a router sees an offer that this user would not get.

use super::Route;
use super::offers::{Offer, Offers};
use crate::model::Sentence;

/// What one user may get of all that is offered.
#[derive(Debug, Clone)]
pub struct Menu<'a> {
    offers: &'a Offers,
    /// For each offer whether it is on it.
    open: Vec<bool>,
}

impl<'a> Menu<'a> {
    pub(super) const fn new(offers: &'a Offers, open: Vec<bool>) -> Self {
        Self { offers, open }
    }

    /// What is on it.
    pub fn iter(&self) -> impl Iterator<Item = &'a Offer> {
        self.offers.iter().zip(&self.open).filter(|(_, open)| **open).map(|(offer, _)| offer)
    }

    /// Whether a route leads to something on it.
    #[must_use]
    pub fn has(&self, route: &Route) -> bool {
        self.iter().any(|offer| {
            offer.capability == route.capability
                && offer.operation == route.operation
                && offer.version == route.version
        })
    }

    /// How much each has in common with a sentence, from 0 to 1, in the order of [`Menu::iter`].
    pub(super) fn likeness(&self, sentence: &Sentence<'_>) -> Vec<f64> {
        let all = self.offers.likeness(sentence).into_iter().zip(&self.open);
        all.filter(|(_, open)| **open).map(|(likeness, _)| likeness).collect()
    }
}
