//! Core 0 raises the counter of mc_mutex.rs. Sound alone.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod mc_mutex;
mod rt;

use mc_mutex::COUNTER;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        rt::interrupt::free(|cs| {
            let counter = COUNTER.borrow(cs);
            counter.set(counter.get() + 1);
        });
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    rt::interrupt::free(|cs| {
        let counter = COUNTER.borrow(cs);
        counter.set(counter.get() ^ 1);
    });
}
