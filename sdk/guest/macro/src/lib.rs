//! The attribute macro of engraft-guest.
