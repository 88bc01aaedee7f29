//! The real binary, in processes that are killed, starved, left alone and fed with nonsense.

mod commands;
mod crash;
mod demo;
mod disconnects;
mod full_disk;
mod hostile;
mod logs;
mod refusals;
mod replicas;
mod restart;
mod transfer;
