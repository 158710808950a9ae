//! The wire operations: each file builds one command from BSON parts; `run` sends commands.
pub mod aggregate;
pub mod batches;
pub mod bulk;
pub mod command;
pub mod count;
pub mod cursor;
pub mod delete;
pub mod distinct;
pub mod find;
pub mod find_and_modify;
pub mod run;
pub mod update;
