//! What the two cores of mc_mask share: a counter that core 0's SysTick raises,
//! and core 1 while it masks that SysTick.
//!
//! Sound on a device where any core can mask the one core's interrupt, and
//! waits until a handler that already runs is through. Each core's half, run
//! alone, is sound.
pub static mut COUNTER: u64 = 0;
