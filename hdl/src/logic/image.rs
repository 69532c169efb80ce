//! The image port: copies an image from its buffer into the banks.

use crate::signal::cast::bit_cast_word;
use crate::signal::documented::documented;
use crate::signal::register::{Register, WordRegister, comment, dff_setup};
use crate::signal::word::Wire;
use crate::sizes::Sizes;
use rust_hdl_core::prelude::*;

documented! {
    /// The image port. The buffer answers a cycle after it is addressed, and its word stands in a
    /// register for another cycle: word n is addressed n cycles after the start and written two
    /// cycles later.
    #[derive(LogicBlock)]
    pub(crate) struct ImagePort {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// Starts an image. The port is not busy.
        pub i_start: Signal<In, Bit>,
        /// The pixels of the image.
        pub i_pixels: Wire<In>,
        /// The words of a pixel.
        pub i_words: Signal<In, Bits<16>>,
        /// The word of the banks where the image begins.
        pub i_base: Wire<In>,
        /// The word of the buffer that is read.
        pub o_buffer_address: Wire<Out>,
        /// The banks take a word.
        pub o_write: Signal<Out, Bit>,
        /// The word of the banks that is written.
        pub o_address: Wire<Out>,
        /// The port works.
        pub o_busy: Signal<Out, Bit>,
        /// The last word is written in this cycle.
        pub o_ends: Signal<Out, Bit>,
        active: Register<Bit>,
        writes: Register<Bit>,
        address: WordRegister,
        first: WordRegister,
        pixel_after: WordRegister,
        part_after: Register<Bits<16>>,
        buffer_word: WordRegister,
        last_part: Register<Bit>,
        last_pixel: Register<Bit>,
        words_before: Register<Bits<16>>,
        pixels_before: WordRegister,
        ends: Signal<Local, Bit>,
        _address_bits: usize,
    }
}

impl ImagePort {
    /// Makes the image port of a core.
    pub fn new(s: &Sizes) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_start: Signal::default(),
            i_pixels: Wire::new(s.pw()),
            i_words: Signal::default(),
            i_base: Wire::new(s.aw()),
            o_buffer_address: Wire::new(s.iw()),
            o_write: Signal::default(),
            o_address: Wire::new(s.aw()),
            o_busy: Signal::default(),
            o_ends: Signal::default(),
            active: Register::default(),
            writes: Register::default(),
            address: WordRegister::new(s.aw()),
            first: WordRegister::new(s.aw()),
            pixel_after: WordRegister::new(s.pw()),
            part_after: Register::default(),
            buffer_word: WordRegister::new(s.iw()),
            last_part: Register::default(),
            last_pixel: Register::default(),
            words_before: Register::default(),
            pixels_before: WordRegister::new(s.pw()),
            ends: Signal::default(),
            _address_bits: s.aw(),
        }
    }
}

impl Logic for ImagePort {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            active,
            writes,
            address,
            first,
            pixel_after,
            part_after,
            buffer_word,
            last_part,
            last_pixel,
            words_before,
            pixels_before
        );
        self.ends.next = self.writes.q.val() & self.last_part.q.val() & self.last_pixel.q.val();
        comment!("Whether the next word is the last one of its pixel, and that pixel the last one.");
        self.words_before.d.next = self.i_words.val() - 1;
        self.pixels_before.d.next = self.i_pixels.val() - 1;
        if !self.writes.q.val() {
            self.last_part.d.next = self.i_words.val() == 1;
            self.last_pixel.d.next = self.i_pixels.val() == 1;
        } else {
            self.last_part.d.next = self.part_after.q.val() == self.words_before.q.val();
            if self.last_part.q.val() {
                self.last_part.d.next = self.i_words.val() == 1;
                self.last_pixel.d.next = self.pixel_after.q.val() == self.pixels_before.q.val();
            }
        }
        if !self.active.q.val() {
            self.active.d.next = self.i_start.val();
            self.address.d.next = self.i_base.val();
            self.first.d.next = self.i_base.val();
            self.pixel_after.d.next = 1.into();
            self.part_after.d.next = 1.into();
            self.buffer_word.d.next = 0.into();
            if self.i_start.val() {
                self.buffer_word.d.next = 1.into();
            }
        } else {
            self.writes.d.next = !self.ends.val();
            self.buffer_word.d.next = self.buffer_word.q.val() + 1;
            comment!("The words of a pixel lie a map apart.");
            if self.writes.q.val() {
                self.part_after.d.next = self.part_after.q.val() + 1;
                self.address.d.next = self.address.q.val() + bit_cast_word(self.i_pixels.val(), self._address_bits);
                if self.last_part.q.val() {
                    self.part_after.d.next = 1.into();
                    self.pixel_after.d.next = self.pixel_after.q.val() + 1;
                    self.first.d.next = self.first.q.val() + 1;
                    self.address.d.next = self.first.q.val() + 1;
                }
            }
            if self.ends.val() {
                self.active.d.next = false;
                self.buffer_word.d.next = 0.into();
            }
        }
        if self.reset.val() {
            self.active.d.next = false;
            self.writes.d.next = false;
            self.last_part.d.next = false;
            self.last_pixel.d.next = false;
            self.words_before.d.next = 0.into();
            self.pixels_before.d.next = 0.into();
            self.address.d.next = 0.into();
            self.first.d.next = 0.into();
            self.pixel_after.d.next = 0.into();
            self.part_after.d.next = 0.into();
            self.buffer_word.d.next = 0.into();
        }
        self.o_buffer_address.next = self.buffer_word.q.val();
        self.o_write.next = self.writes.q.val();
        self.o_address.next = self.address.q.val();
        self.o_busy.next = self.active.q.val();
        self.o_ends.next = self.ends.val();
    }
}
