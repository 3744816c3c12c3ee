//! The variable of static_mut.rs as an atomic. Sound.
//!
//! SysTick alone writes it; main looks at it and is ready for either value.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::sync::atomic::{AtomicU32, Ordering};

static X: AtomicU32 = AtomicU32::new(0);

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        if X.load(Ordering::Relaxed) != 0 {
            rt::nop();
        }
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    X.store(1, Ordering::Relaxed);
}
