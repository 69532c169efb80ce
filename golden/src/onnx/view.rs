//! Views: which element of a map or vector is at which position of a tensor, after it was reshaped,
//! transposed or sliced.

/// The largest number of dimensions of a tensor.
pub(crate) const MAX_RANK: usize = 8;

/// The sizes of the dimensions. For each dimension, the stride says how many elements of the source
/// one step passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// The sizes, with a batch of 1.
    pub dims: Vec<usize>,
    strides: Vec<usize>,
}

impl View {
    /// Shows all elements in their order. The last dimension varies fastest.
    pub fn plain(dims: &[usize]) -> View {
        let mut strides = vec![1usize; dims.len()];
        for i in (1..dims.len()).rev() {
            strides[i - 1] = strides[i].saturating_mul(dims[i]);
        }
        View { dims: dims.to_vec(), strides }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// The index of the source's element at a position.
    pub fn place(&self, at: impl Iterator<Item = usize>) -> usize {
        at.zip(&self.strides).map(|(p, stride)| p * stride).sum()
    }

    /// Whether the view shows all elements in their order, with these sizes.
    pub fn is_plain(&self, dims: &[usize]) -> bool {
        self.dims == dims && self.significant().eq(View::plain(dims).significant())
    }

    /// The dimensions that matter: (size, stride) of those whose size is not 1.
    fn significant(&self) -> impl Iterator<Item = (usize, usize)> {
        self.dims.iter().copied().zip(self.strides.iter().copied()).filter(|d| d.0 != 1)
    }

    /// Finds the dimension with this size and stride. Returns `None` for size 1, which any
    /// dimension could have.
    pub fn axis(&self, size: usize, stride: usize) -> Option<usize> {
        (0..self.dims.len()).find(|&i| size != 1 && self.dims[i] == size && self.strides[i] == stride)
    }

    /// Reorders the dimensions. `order` must name each one once.
    pub fn permuted(&self, order: &[usize]) -> Option<View> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        let complete = sorted.iter().copied().eq(0..self.dims.len());
        let pick = |v: &[usize]| order.iter().map(|&i| v[i]).collect();
        complete.then(|| View { dims: pick(&self.dims), strides: pick(&self.strides) })
    }

    /// Shows the same elements in the same order with other sizes. Returns `None` if no view can
    /// show that.
    pub fn reshaped(&self, dims: &[usize]) -> Option<View> {
        let count = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d))?;
        if count != self.len() || dims.len() > MAX_RANK {
            return None;
        }
        // Dimensions that follow each other without a gap count as one.
        let mut runs: Vec<(usize, usize)> = vec![];
        for (size, stride) in self.significant() {
            match runs.last_mut() {
                Some((n, step)) if *step == size * stride => (*n, *step) = (*n * size, stride),
                _ => runs.push((size, stride)),
            }
        }
        let mut runs = runs.into_iter();
        let (mut left, mut step) = (1, 1);
        let mut strides = Vec::with_capacity(dims.len());
        for &size in dims {
            if size == 1 {
                strides.push(1);
                continue;
            }
            if left == 1 {
                (left, step) = runs.next()?;
            }
            if left % size != 0 {
                return None;
            }
            left /= size;
            strides.push(left * step);
        }
        Some(View { dims: dims.to_vec(), strides })
    }

    /// Removes the dimensions `axes`, or sets them to 1 if `keep` is set. Also returns what they
    /// were, as (size, stride).
    pub fn without(&self, axes: &[usize], keep: bool) -> (View, Vec<(usize, usize)>) {
        let removed = axes.iter().map(|&a| (self.dims[a], self.strides[a])).filter(|r| r.0 != 1).collect();
        let mut view = View { dims: vec![], strides: vec![] };
        for i in 0..self.dims.len() {
            if !axes.contains(&i) {
                view.dims.push(self.dims[i]);
                view.strides.push(self.strides[i]);
            } else if keep {
                view.dims.push(1);
                view.strides.push(1);
            }
        }
        (view, removed)
    }

    /// Adds leading dimensions of size 1 until there are at least `rank`.
    pub fn padded(&self, rank: usize) -> View {
        let missing = rank.saturating_sub(self.dims.len());
        let pad = |v: &[usize]| [&vec![1; missing][..], v].concat();
        View { dims: pad(&self.dims), strides: pad(&self.strides) }
    }

    /// Broadcasts a constant to the view. Returns one number for each of `size` elements that are
    /// `stride` apart, and the view with the rank of the result. Returns `None` if the constant
    /// varies along another dimension.
    pub fn along(&self, size: usize, stride: usize, dims: &[usize], numbers: &[f64]) -> Option<(View, Vec<f64>)> {
        let view = self.padded(dims.len());
        let axis = view.axis(size, stride);
        let skip = view.dims.len() - dims.len();
        let fits = dims.iter().enumerate().all(|(i, &d)| d == 1 || Some(i + skip) == axis && d == size);
        match numbers {
            [one] if fits => Some((view, vec![*one; size])),
            many if fits && many.len() == size => Some((view, many.to_vec())),
            _ => None,
        }
    }

    /// The view that a Gather along the only dimension shows. `indices`, with the shape `dims`,
    /// have to be evenly spaced along each dimension, as in `as_strided`, and take every element
    /// once.
    pub fn gathered(&self, dims: &[usize], indices: &[i64]) -> Option<View> {
        let ([_], [base]) = (&self.dims[..], &self.strides[..]) else { return None };
        let plain = View::plain(dims);
        if indices.len() != plain.len() || indices.len() != self.len() || indices.first() != Some(&0) {
            return None;
        }
        let step = |i: usize| if dims[i] > 1 { usize::try_from(indices[plain.strides[i]]).ok() } else { Some(1) };
        let strides = (0..dims.len()).map(step).collect::<Option<Vec<_>>>()?;
        let view = View { dims: dims.to_vec(), strides };
        // The strides have to reach each index of 0..n once, in some order.
        let mut sorted: Vec<_> = view.significant().collect();
        sorted.sort_by_key(|d| d.1);
        let mut next = 1;
        for (size, stride) in sorted {
            if stride != next {
                return None;
            }
            next = size * stride;
        }
        let counts = indices.iter().enumerate().all(|(at, &index)| {
            let place = |i: usize| at / plain.strides[i] % dims[i] * view.strides[i];
            usize::try_from(index) == Ok((0..dims.len()).map(place).sum())
        });
        let strides = view.strides.iter().map(|s| s * base).collect();
        counts.then_some(View { dims: view.dims, strides })
    }
}

/// Whether the dimensions over which a sum went are all of `count` neighbouring elements.
pub(crate) fn covers(summed: &[(usize, usize)], count: usize) -> bool {
    let mut sorted = summed.to_vec();
    sorted.sort_by_key(|d| d.1);
    let end = sorted.iter().try_fold(1, |next, &(size, stride)| (stride == next).then_some(size * stride));
    end == Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reshaping_follows_the_elements() {
        let view = View::plain(&[1, 4, 3, 2]);
        let flat = view.reshaped(&[1, 24]).expect("one run");
        assert!(flat.reshaped(&[1, 4, 3, 2]).expect("back").is_plain(&[1, 4, 3, 2]));
        let last = view.permuted(&[0, 2, 3, 1]).expect("a permutation");
        assert!(!last.is_plain(&[1, 3, 2, 4]));
        assert!(last.permuted(&[0, 3, 1, 2]).expect("a permutation").is_plain(&[1, 4, 3, 2]));
        assert_eq!(last.reshaped(&[1, 24]), None, "neighbours are no neighbours any more");
        let pixels = last.reshaped(&[1, 6, 4]).expect("rows join");
        assert_eq!((pixels.axis(4, 6), pixels.axis(6, 1)), (Some(2), Some(1)));
        assert_eq!(view.permuted(&[0, 0, 1, 2]), None);
    }

    #[test]
    fn sums_in_steps_cover_a_channel() {
        let view = View::plain(&[1, 4, 3, 2]);
        let (rows, mut summed) = view.without(&[3], false);
        assert!(!covers(&summed, 6));
        summed.extend(rows.without(&[2], true).1);
        assert!(covers(&summed, 6));
        assert!(covers(&[], 1));
        assert!(!covers(&[(2, 1), (2, 1)], 4));
    }

    #[test]
    fn even_indices_are_a_view() {
        let flat = View::plain(&[6]);
        let columns = flat.gathered(&[3, 2], &[0, 1, 2, 3, 4, 5]).expect("in order");
        assert!(columns.is_plain(&[3, 2]));
        let turned = flat.gathered(&[2, 3], &[0, 2, 4, 1, 3, 5]).expect("transposed");
        assert!(turned.permuted(&[1, 0]).expect("a permutation").is_plain(&[3, 2]));
        assert_eq!(flat.gathered(&[2, 3], &[0, 2, 4, 1, 3, 4]), None);
        assert_eq!(flat.gathered(&[2, 2], &[0, 1, 2, 3]), None, "elements are left out");
        assert_eq!(flat.gathered(&[6], &[5, 4, 3, 2, 1, 0]), None);
    }
}
