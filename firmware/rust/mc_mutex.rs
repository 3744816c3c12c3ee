//! What the two cores of mc_mutex share: a counter behind a mutex that masks
//! interrupts.
//!
//! Unsound on two cores: PRIMASK holds off the own core's interrupts and not
//! the other core. Each core's half, run alone, is sound.
use crate::rt::Mutex;
use core::cell::Cell;

pub static COUNTER: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));
