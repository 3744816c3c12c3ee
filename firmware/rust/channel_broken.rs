//! The channel of channel.rs, and main claims a section that it is not in. Unsound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::cell::{Cell, RefCell};
use core::sync::atomic::{compiler_fence, Ordering};
use rt::{interrupt, Mutex};

pub struct Thing {
    value: u32,
}

static CHANNEL: Mutex<RefCell<Option<Thing>>> = Mutex::new(RefCell::new(None));
static SINK: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    let mut value = 7;
    loop {
        let cs = unsafe { interrupt::CriticalSection::claim() };
        // expect: unsynchronised channel_broken::CHANNEL.__0.borrow
        // expect: unsynchronised channel_broken::CHANNEL.__0.value.discriminant [O2]
        *CHANNEL.borrow(&cs).borrow_mut() = Some(Thing { value });
        compiler_fence(Ordering::SeqCst); // or -O2 leaves no access in the loop
        value ^= 5;
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    interrupt::free(|cs| {
        let thing = CHANNEL.borrow(cs).borrow_mut().take();
        if let Some(thing) = thing {
            SINK.borrow(cs).set(thing.value);
        }
    });
}
