//! A counter behind a mutex that is open only in a critical section. Sound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::cell::RefCell;
use rt::{interrupt, Mutex};

static COUNTER: Mutex<RefCell<u64>> = Mutex::new(RefCell::new(0));

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        interrupt::free(|cs| {
            let counter = COUNTER.borrow(cs);
            *counter.borrow_mut() += 1;
        });
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    interrupt::free(|cs| {
        let mut counter = COUNTER.borrow(cs).borrow_mut();
        *counter = counter.wrapping_mul(2);
    });
}
