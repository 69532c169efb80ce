//! Notes for the user.

/// Takes notes for the user.
pub type Remark<'a> = &'a dyn Fn(&str);
