//! `Debug` that shows a type's name and nothing of its content.

/// Implements `Debug` for types that hold personal data, so that printing one by accident reveals nothing.
macro_rules! opaque_debug {
    ($($name:ident),+ $(,)?) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })+
    };
}

pub(crate) use opaque_debug;
