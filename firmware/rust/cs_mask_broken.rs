//! The counter of cs_mask.rs; the timer is masked after it was read. Unsound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::sync::atomic::{compiler_fence, Ordering};

static mut COUNTER: u64 = 1;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        // expect: lost-update cs_mask_broken::COUNTER, torn-read cs_mask_broken::COUNTER [O0]
        let count = unsafe { COUNTER };
        compiler_fence(Ordering::SeqCst);
        rt::systick::disable_interrupt();
        compiler_fence(Ordering::SeqCst);
        unsafe { COUNTER = count.wrapping_mul(2) };
        compiler_fence(Ordering::SeqCst);
        rt::systick::enable_interrupt();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
