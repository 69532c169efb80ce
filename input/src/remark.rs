//! Notes for the user.

/// Receives notes for the user.
pub type Remark<'a> = &'a dyn Fn(&str);
