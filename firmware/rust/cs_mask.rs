//! A 64-bit counter raised with SysTick's own interrupt off. Sound.
//!
//! Plain stores to a device register order nothing for the compiler: fences
//! keep the counter between them.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::sync::atomic::{compiler_fence, Ordering};

static mut COUNTER: u64 = 0;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        rt::systick::disable_interrupt();
        compiler_fence(Ordering::SeqCst);
        {
            let counter = unsafe { &mut COUNTER };
            *counter += 1;
        }
        compiler_fence(Ordering::SeqCst);
        rt::systick::enable_interrupt();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
