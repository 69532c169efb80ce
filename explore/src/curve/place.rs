//! Places the names of points, so that no name covers a point or another name.

use std::ops::Range;

/// A rectangle of pixels: left, top, right, bottom.
type Area = [i32; 4];

/// Pixels from the middle of a point to the edge of its sign.
const SIGN: i32 = 6;

/// The area of a plot, and the size of text and signs in it.
#[derive(Debug)]
pub struct Room {
    /// The range of horizontal pixels.
    pub x: Range<i32>,
    /// The range of vertical pixels.
    pub y: Range<i32>,
    /// The height of a line of text.
    pub line: i32,
    /// Pixels of the backend for each pixel of the picture.
    pub scale: i32,
}

/// A point with a name.
#[derive(Debug, Clone, Copy)]
pub struct Labelled {
    /// The middle of the point.
    pub at: (i32, i32),
    /// The width of its name in pixels.
    pub width: i32,
    /// Whether to try the place above and to the left first. It suits points of a Pareto front,
    /// which rises to the right.
    pub left: bool,
}

/// Finds the upper left corner of each name. `None` if there is no room for the name.
pub fn place(points: &[Labelled], room: &Room) -> Vec<Option<(i32, i32)>> {
    let sign = SIGN * room.scale;
    let mut taken: Vec<Area> =
        points.iter().map(|p| [p.at.0 - sign, p.at.1 - sign, p.at.0 + sign, p.at.1 + sign]).collect();
    let mut places = vec![];
    for point in points {
        let free = candidates(point, room).find(|&(x, y)| {
            let area = [x, y, x + point.width, y + room.line];
            let inside =
                room.x.start <= area[0] && area[2] <= room.x.end && room.y.start <= area[1] && area[3] <= room.y.end;
            inside && !taken.iter().any(|other| overlap(&area, other))
        });
        taken.extend(free.map(|(x, y)| [x, y, x + point.width, y + room.line]));
        places.push(free);
    }
    places
}

/// The places to try, from the nearest to the farthest.
fn candidates<'a>(point: &'a Labelled, room: &'a Room) -> impl Iterator<Item = (i32, i32)> + 'a {
    let (x, y) = point.at;
    let beside = (SIGN + 1) * room.scale;
    let (right, left) = (x + beside, x - beside - point.width);
    let sides = if point.left { [left, right] } else { [right, left] };
    let near = 4 * room.scale;
    (0..4).flat_map(move |step| {
        let away = near + step * room.line;
        let (above, below) = (y - away - room.line, y + away);
        let heights = if point.left { [above, below] } else { [below, above] };
        let centre = x - point.width / 2;
        // Directly above and below a point, only names fit that its sign does not reach.
        let clear = beside.max(away);
        let centred = [y - clear - room.line, y + clear].map(|top| (centre, top));
        let corners = [(sides[0], heights[0]), (sides[1], heights[1]), (sides[1], heights[0]), (sides[0], heights[1])];
        corners.into_iter().chain(centred)
    })
}

fn overlap(a: &Area, b: &Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn room() -> Room {
        Room { x: 50..850, y: 50..550, line: 14, scale: 1 }
    }

    #[test]
    fn points_in_the_corners_have_their_names_inside() {
        let corners = [(56, 56), (844, 56), (56, 544), (844, 544)];
        for left in [false, true] {
            let points = corners.map(|at| Labelled { at, width: 120, left });
            assert!(place(&points, &room()).iter().all(Option::is_some));
        }
    }

    #[test]
    fn two_at_one_place_both_have_names() {
        let point = Labelled { at: (400, 300), width: 100, left: true };
        let places = place(&[point, point], &room());
        assert!(places[0].is_some() && places[1].is_some() && places[0] != places[1]);
    }

    #[test]
    fn names_without_room_are_left_out() {
        let points = vec![Labelled { at: (400, 300), width: 100, left: false }; 100];
        let placed = place(&points, &room()).iter().flatten().count();
        assert!((8..40).contains(&placed), "{placed}");
    }

    proptest! {
        #[test]
        fn no_name_covers_a_point_or_another_name(
            points in prop::collection::vec(((50..850, 50..550), 10..200, any::<bool>()), 1..60)
        ) {
            let points: Vec<Labelled> =
                points.into_iter().map(|(at, width, left)| Labelled { at, width, left }).collect();
            let places = place(&points, &room());
            let areas: Vec<Area> = (points.iter().zip(&places))
                .filter_map(|(p, place)| place.map(|(x, y)| [x, y, x + p.width, y + 14]))
                .collect();
            for (n, area) in areas.iter().enumerate() {
                prop_assert!(area[0] >= 50 && area[2] <= 850 && area[1] >= 50 && area[3] <= 550);
                prop_assert!(!areas[n + 1..].iter().any(|other| overlap(area, other)));
                let on = |p: &Labelled| overlap(area, &[p.at.0 - 5, p.at.1 - 5, p.at.0 + 5, p.at.1 + 5]);
                prop_assert!(!points.iter().any(on));
            }
        }
    }
}
