//! A maximum matching of two sets, by augmenting paths: no recursion, and many paths in one pass.

use std::collections::VecDeque;

/// Grows a matching until it cannot grow: `matched` has for each on the left its partner among `rights`. `edges` are the
/// partners that each on the left may have. Answers how many have one.
pub(super) fn grow(matched: &mut [Option<usize>], rights: usize, edges: &[Vec<usize>]) -> usize {
    let mut partners: Vec<Option<usize>> = vec![None; rights];
    for (left, right) in matched.iter().enumerate().filter_map(|(left, right)| Some((left, (*right)?))) {
        if let Some(partner) = partners.get_mut(right) {
            *partner = Some(left);
        }
    }
    // Paths of one pass share no vertex, so a pass looks at every edge once.
    loop {
        let mut seen = vec![false; rights];
        let mut grown = false;
        for left in 0..matched.len() {
            if matched.get(left).is_some_and(Option::is_none) {
                grown |= augment(left, matched, &mut partners, edges, &mut seen);
            }
        }
        if !grown {
            return matched.iter().flatten().count();
        }
    }
}

/// Looks for a path from a free one on the left to a free one on the right, and exchanges partners along it.
fn augment(
    free: usize,
    matched: &mut [Option<usize>],
    partners: &mut [Option<usize>],
    edges: &[Vec<usize>],
    seen: &mut [bool],
) -> bool {
    let mut waiting = VecDeque::from([free]);
    // How each on the right was reached, in the order of the search.
    let mut reached: Vec<(usize, usize)> = Vec::new();
    while let Some(left) = waiting.pop_front() {
        for right in edges.get(left).into_iter().flatten().copied() {
            match seen.get_mut(right) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            reached.push((left, right));
            match partners.get(right).copied().flatten() {
                Some(partner) => waiting.push_back(partner),
                None => {
                    exchange(&reached, matched, partners);
                    return true;
                }
            }
        }
    }
    false
}

/// Walks the path back from its end, the last that was reached.
fn exchange(reached: &[(usize, usize)], matched: &mut [Option<usize>], partners: &mut [Option<usize>]) {
    let mut wanted = reached.last().map(|(_, right)| *right);
    for (left, right) in reached.iter().rev().copied() {
        if wanted != Some(right) {
            continue;
        }
        if let (Some(matched), Some(partner)) = (matched.get_mut(left), partners.get_mut(right)) {
            wanted = matched.replace(right);
            *partner = Some(left);
        }
        if wanted.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::grow;

    #[test]
    fn partners_move_on_where_another_has_no_choice() {
        let edges = [vec![0, 1], vec![0], vec![1, 2]];
        let mut matched = [None; 3];
        assert_eq!(grow(&mut matched, 3, &edges), 3);
        assert_eq!(matched, [Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn two_that_want_the_same_leave_one_alone() {
        let mut matched = [None; 2];
        assert_eq!(grow(&mut matched, 2, &[vec![1], vec![1]]), 1);
    }

    #[test]
    fn a_matching_grows_from_what_it_was() {
        let mut matched = [Some(1), None];
        assert_eq!(grow(&mut matched, 2, &[vec![1, 0], vec![1]]), 2);
    }
}
