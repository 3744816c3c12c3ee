//! A 64-bit counter raised with all interrupts off. Sound.
//!
//! SysTick needs no section of its own: main cannot preempt it.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

static mut COUNTER: u64 = 0;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        rt::interrupt::disable();
        {
            let counter = unsafe { &mut COUNTER };
            *counter += 1;
        }
        unsafe { rt::interrupt::enable() }
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
