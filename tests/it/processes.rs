//! The real binary, in processes that are killed, starved and fed with nonsense.

mod crash;
mod full_disk;
mod hostile;
mod refusals;
