//! Core 1 doubles the counter of mc_spin.rs. Sound alone; ARMv7-M only.
//!
//! SysTick stays away from the lock.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod mc_spin;
mod rt;

use mc_spin::COUNTER;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        COUNTER.with(|counter| *counter = counter.wrapping_mul(2));
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    rt::nop();
}
