//! main waits until SysTick raises an atomic flag. Sound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::sync::atomic::{AtomicBool, Ordering};

static X: AtomicBool = AtomicBool::new(false);

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    while !X.load(Ordering::Relaxed) {}
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    X.store(true, Ordering::Relaxed);
}
