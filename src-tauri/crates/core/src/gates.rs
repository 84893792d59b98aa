//! Owns who may work on the launch of a run at this moment, within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use berth_model::RunId;
use tokio::sync::Mutex as Turn;

/// One gate for each run that someone is launching; a gate that nobody holds is forgotten.
#[derive(Default)]
pub(crate) struct Gates {
    open: Mutex<HashMap<RunId, Weak<Turn<()>>>>,
}

impl Gates {
    /// Returns the gate of a run: lock it, work, drop both.
    pub(crate) fn enter(&self, run: RunId) -> Arc<Turn<()>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, gate| gate.strong_count() > 0);
        if let Some(gate) = open.get(&run).and_then(Weak::upgrade) {
            return gate;
        }
        let gate = Arc::new(Turn::new(()));
        open.insert(run, Arc::downgrade(&gate));
        gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_one_gate_while_someone_holds_it_and_others_have_their_own() {
        let gates = Gates::default();
        let run = RunId::derived("a");
        let first = gates.enter(run);
        assert!(Arc::ptr_eq(&first, &gates.enter(run)));
        assert!(!Arc::ptr_eq(&first, &gates.enter(RunId::derived("b"))));
        drop(first);
        gates.enter(RunId::derived("c"));
        assert_eq!(gates.open.lock().expect("no thread panicked").len(), 1, "gates that nobody holds are forgotten");
    }
}
