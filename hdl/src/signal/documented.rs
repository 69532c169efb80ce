//! The documentation of ports, which the emitted text has too.

/// The documentation of a block's ports: name and text.
pub(crate) type Documents = &'static [(&'static str, &'static str)];

/// Declares a block. The documentation of its ports is `DOCUMENTS`.
macro_rules! documented {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $Block:ident $(<const $size:ident: usize>)? {
            $($(#[doc = $about:literal])* $port_visible:vis $port:ident: $Type:ty,)*
        }
    ) => {
        $(#[$attribute])*
        $visible struct $Block $(<const $size: usize>)? {
            $($(#[doc = $about])* $port_visible $port: $Type,)*
        }

        impl $(<const $size: usize>)? $Block $(<$size>)? {
            /// The documentation of the ports.
            pub(crate) const DOCUMENTS: $crate::signal::documented::Documents =
                &[$((stringify!($port), concat!($($about),*)),)*];
        }
    };
}
pub(crate) use documented;
