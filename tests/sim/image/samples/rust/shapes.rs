// Rust's shapes of data, as rustc describes them.
#![feature(no_core)]
#![no_core]
#![no_std]

extern crate core;
use core::cell::UnsafeCell;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::option::Option;
use core::sync::atomic::{AtomicBool, AtomicU32};

#[repr(u64)]
pub enum Enum {
    A = 0x0000_0000_ffff_ffff,
    B = 0xffff_ffff_0000_0000,
}

#[repr(i16)]
pub enum Signed {
    Minus = -3,
    Zero = 0,
}

pub enum Shape {
    Empty,
    Circle(u32),
    Rect { w: u16, h: u32 },
    Far(u64),
}

#[no_mangle]
pub static mut X: Enum = Enum::A;
#[no_mangle]
pub static mut SIGNED: [Signed; 2] = [Signed::Minus, Signed::Zero];
#[no_mangle]
pub static mut NUMBER: Option<u32> = Option::Some(1);
#[no_mangle]
pub static mut TRUTH: Option<bool> = Option::None;
#[no_mangle]
pub static mut NICHE: Option<Signed> = Option::None;
#[no_mangle]
pub static mut REFERENCE: Option<&'static u32> = Option::None;
#[no_mangle]
pub static mut LETTER: char = 'x';
#[no_mangle]
pub static mut SHAPE: Shape = Shape::Far(1);
#[no_mangle]
pub static mut GRID: [[u8; 3]; 2] = [[1; 3], [2; 3]];
#[no_mangle]
pub static mut LATER: MaybeUninit<(u8, u32)> = MaybeUninit { value: ManuallyDrop { value: (1, 2) } };
#[no_mangle]
pub static FLAG: AtomicBool = AtomicBool { v: UnsafeCell { value: 1 } };
#[no_mangle]
pub static COUNT: AtomicU32 = AtomicU32 { v: UnsafeCell { value: 1 } };

pub mod inner {
    #[no_mangle]
    pub static mut HIDDEN: u32 = 1;
}
