//! The counter of cs_disable.rs, and main raises it outside the section. Unsound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

static mut COUNTER: u64 = 1;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        rt::interrupt::disable();
        let counter = unsafe { &mut COUNTER };
        unsafe { rt::interrupt::enable() }
        // expect: torn-read cs_disable_broken::COUNTER [m0], torn-read cs_disable_broken::COUNTER [m3 O0]
        // expect: lost-update cs_disable_broken::COUNTER, torn-write cs_disable_broken::COUNTER
        *counter = counter.wrapping_mul(2); // the reference escaped
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
