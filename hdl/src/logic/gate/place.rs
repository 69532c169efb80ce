//! Where a channel stands among those of its group.

use crate::signal::documented::documented;
use crate::signal::register::{WordRegister, dff_setup};
use crate::signal::word::{Fixed, Wire};
use crate::sizes::bits;
use rust_hdl_core::prelude::*;

documented! {
    /// Counts channels in groups of a fixed size, without a division.
    #[derive(LogicBlock)]
    pub(crate) struct Place {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// Whether the next channel is the first one.
        pub i_begin: Signal<In, Bit>,
        /// Whether the channel is followed by another one.
        pub i_next: Signal<In, Bit>,
        /// The group of the channel.
        pub o_group: Wire<Out>,
        /// The place of the channel in its group.
        pub o_place: Wire<Out>,
        group: WordRegister,
        place: WordRegister,
        last_place: Fixed,
    }
}

impl Place {
    /// Makes one for `channels` channels in groups of `size`.
    pub fn new(channels: usize, size: usize) -> Self {
        let (group, place) = (bits(channels.div_ceil(size)), bits(size));
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_begin: Signal::default(),
            i_next: Signal::default(),
            o_group: Wire::new(group),
            o_place: Wire::new(place),
            group: WordRegister::new(group),
            place: WordRegister::new(place),
            last_place: Fixed::new(size - 1, place),
        }
    }
}

impl Logic for Place {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, group, place);
        if self.i_next.val() {
            self.place.d.next = self.place.q.val() + 1;
        }
        if self.i_next.val() & (self.place.q.val() == self.last_place.val()) {
            self.place.d.next = 0.into();
            self.group.d.next = self.group.q.val() + 1;
        }
        if self.i_begin.val() {
            self.group.d.next = 0.into();
            self.place.d.next = 0.into();
        }
        if self.reset.val() {
            self.group.d.next = 0.into();
            self.place.d.next = 0.into();
        }
        self.o_group.next = self.group.q.val();
        self.o_place.next = self.place.q.val();
    }
}
