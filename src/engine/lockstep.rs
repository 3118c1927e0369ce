//! The order of joint sampling (paper, eqs. 4-6).

use crate::graph::{FactorGraph, VariableId};

/// A parent as a child reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Which.
    pub variable: VariableId,
    /// Steps that it has gone: one more than its child, which eqs. 5 and 6 have read `z_{t-1}`.
    pub gone: usize,
}

/// Takes all of `sampled` (parents first) through `steps` steps together: `advance(variable, step, parents)`
/// goes one step with one variable, given where those of its parents stand that are sampled as well.
///
/// # Errors
/// The first of `advance`.
pub(super) fn lockstep<E>(
    graph: &FactorGraph,
    sampled: &[VariableId],
    steps: usize,
    mut advance: impl FnMut(VariableId, usize, &[Standing]) -> Result<(), E>,
) -> Result<(), E> {
    for step in 0..steps {
        for &id in sampled {
            let parents = graph.factor(id).parents.iter().filter(|parent| sampled.contains(parent));
            let standing: Vec<_> = parents.map(|&variable| Standing { variable, gone: step + 1 }).collect();
            advance(id, step, &standing)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::testing::graph;

    /// A variable, its step, and its parents with the steps they have gone.
    type Read = (usize, usize, Vec<(usize, usize)>);

    /// Networks that only note what they read, and check that it is there to be read.
    #[derive(Default)]
    struct Stub {
        gone: [usize; 4],
        reads: Vec<Read>,
    }

    impl Stub {
        fn walk(sampled: &[usize], steps: usize) -> Self {
            let mut stub = Self::default();
            let sampled: Vec<_> = sampled.iter().copied().map(VariableId).collect();
            let done = lockstep(&graph(), &sampled, steps, |id, step, parents| {
                assert_eq!(stub.gone[id.0], step, "no step is left out or gone twice");
                let read = |parent: &Standing| {
                    assert_eq!(stub.gone[parent.variable.0], parent.gone, "a parent stands where it is said to");
                    (parent.variable.0, parent.gone)
                };
                let reads = parents.iter().map(read).collect();
                stub.reads.push((id.0, step, reads));
                stub.gone[id.0] += 1;
                Ok::<_, ()>(())
            });
            assert_eq!(done, Ok(()));
            stub
        }
    }

    #[test]
    fn a_child_reads_its_parents_one_step_ahead_of_itself() {
        let stub = Stub::walk(&[0, 1, 3], 2);
        let expected = [
            (0, 0, vec![]),
            (1, 0, vec![(0, 1)]),
            (3, 0, vec![(0, 1), (1, 1)]),
            (0, 1, vec![]),
            (1, 1, vec![(0, 2)]),
            (3, 1, vec![(0, 2), (1, 2)]),
        ];
        assert_eq!(stub.reads, expected);
    }

    #[test]
    fn parents_that_are_not_sampled_are_not_among_those_on_their_way() {
        let stub = Stub::walk(&[1, 2, 3], 1);
        assert_eq!(stub.reads, [(1, 0, vec![]), (2, 0, vec![]), (3, 0, vec![(1, 1), (2, 1)])]);
    }

    #[test]
    fn the_first_error_ends_the_walk() {
        let mut calls = 0;
        let done = lockstep(&graph(), &[VariableId(0), VariableId(1)], 5, |_, _, _| {
            calls += 1;
            if calls == 3 { Err("broken") } else { Ok(()) }
        });
        assert_eq!((done, calls), (Err("broken"), 3));
    }
}
