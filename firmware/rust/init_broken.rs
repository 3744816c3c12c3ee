//! The value of init.rs, made after the timer was started. Unsound.
//!
//! The first tick can come before there is anything to use, or halfway.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::mem::MaybeUninit;

pub struct Thing {
    step: u32,
    total: u32,
}

impl Thing {
    fn new(step: u32) -> Thing {
        Thing { step, total: 0 }
    }

    fn work(&mut self) {
        self.total = self.total.wrapping_add(self.step);
    }
}

static mut THING: MaybeUninit<Thing> = MaybeUninit::uninit();

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    // expect: unsynchronised init_broken::THING.total, unsynchronised init_broken::THING.step [O0]
    unsafe { THING = MaybeUninit::new(Thing::new(7)) };
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let thing = unsafe { &mut *THING.as_mut_ptr() };
    thing.work();
}
