//! The handler of state.rs, called from main as well. Unsound.
//!
//! Called, it is a function like any other, and a tick preempts it in the middle
//! of its own count.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        SysTick();
    }
}

#[inline(never)]
#[no_mangle]
pub extern "C" fn SysTick() {
    static mut COUNTER: u64 = 1;
    let counter = unsafe { &mut COUNTER };
    // expect: lost-update state_broken::SysTick::COUNTER
    // expect: torn-write state_broken::SysTick::COUNTER
    // expect: torn-read state_broken::SysTick::COUNTER [m0]
    // expect: torn-read state_broken::SysTick::COUNTER [m3 O0]
    *counter = counter.wrapping_mul(2);
}
