//! The counter of mutex.rs, and main claims a section that it is not in. Unsound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::cell::RefCell;
use core::sync::atomic::{compiler_fence, Ordering};
use rt::{interrupt, Mutex};

static COUNTER: Mutex<RefCell<u64>> = Mutex::new(RefCell::new(1));

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        let cs = unsafe { interrupt::CriticalSection::claim() };
        let counter = COUNTER.borrow(&cs);
        // expect: unsynchronised mutex_broken::COUNTER.__0.borrow [O0]
        // expect: lost-update mutex_broken::COUNTER.__0.value [O2]
        // expect: torn-write mutex_broken::COUNTER.__0.value [O2]
        // expect: torn-read mutex_broken::COUNTER.__0.value [m0 O2]
        *counter.borrow_mut() += 1;
        compiler_fence(Ordering::SeqCst); // or -O2 leaves no access in the loop
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    interrupt::free(|cs| {
        let mut counter = COUNTER.borrow(cs).borrow_mut();
        *counter = counter.wrapping_mul(2);
    });
}
