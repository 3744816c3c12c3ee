// As much of Rust's core library as the shapes need, with its names: the real
// one takes half a minute to build. Compiled as a crate named core.
#![feature(no_core, lang_items, auto_traits, negative_impls, transparent_unions)]
#![no_core]

#[lang = "sized"]
pub trait Sized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for i16 {}
impl Copy for u8 {}
impl<T> Copy for &'static T {}
#[lang = "freeze"]
pub unsafe auto trait Freeze {}
#[lang = "sync"]
pub unsafe trait Sync {}
unsafe impl Sync for u32 {}

pub mod option {
    pub enum Option<T> {
        None,
        Some(T),
    }
    unsafe impl<T> super::Sync for Option<T> {}
}

pub mod cell {
    #[lang = "unsafe_cell"]
    #[repr(transparent)]
    pub struct UnsafeCell<T> {
        pub value: T,
    }
    impl<T> !super::Freeze for UnsafeCell<T> {}
}

pub mod sync {
    pub mod atomic {
        #[repr(C, align(1))]
        pub struct AtomicBool {
            pub v: crate::cell::UnsafeCell<u8>,
        }
        #[repr(C, align(4))]
        pub struct AtomicU32 {
            pub v: crate::cell::UnsafeCell<u32>,
        }
        unsafe impl crate::Sync for AtomicBool {}
        unsafe impl crate::Sync for AtomicU32 {}
    }
}

pub mod mem {
    #[lang = "manually_drop"]
    #[repr(transparent)]
    pub struct ManuallyDrop<T> {
        pub value: T,
    }
    #[repr(transparent)]
    pub union MaybeUninit<T> {
        pub uninit: (),
        pub value: ManuallyDrop<T>,
    }
}

#[lang = "neg"]
pub trait Neg {
    type Output;
    fn neg(self) -> Self::Output;
}
impl Neg for i16 {
    type Output = i16;
    fn neg(self) -> i16 {
        -self
    }
}

#[lang = "structural_peq"]
pub trait StructuralPartialEq {}
#[lang = "structural_teq"]
pub trait StructuralEq {}
#[lang = "drop_in_place"]
unsafe fn drop_in_place<T: ?Sized>(_: *mut T) {}
#[lang = "destruct"]
pub trait Destruct {}
#[lang = "receiver"]
pub trait Receiver {}
impl<T: ?Sized> Receiver for &T {}
impl<T: ?Sized> Receiver for &mut T {}
#[lang = "drop"]
pub trait Drop {
    fn drop(&mut self);
}
