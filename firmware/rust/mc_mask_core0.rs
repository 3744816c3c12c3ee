//! Core 0 serves the SysTick of mc_mask.rs. Sound alone.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod mc_mask;
mod rt;

use mc_mask::COUNTER;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
