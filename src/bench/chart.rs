//! A bar chart as SVG, to stand in a page: a title and a description for those who do not see it, a number at every bar.

use std::fmt::Write;

use super::html::escaped;

/// Bars in groups, less is better.
pub(super) struct Chart {
    pub(super) title: String,
    /// What a screen reader says about it.
    pub(super) description: String,
    pub(super) groups: Vec<Group>,
}

/// The bars of one codec.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) bars: Vec<Bar>,
}

/// One bar.
pub(super) struct Bar {
    /// What it is, where the group has several.
    pub(super) name: String,
    pub(super) value: f64,
    /// The value for people, with its unit.
    pub(super) label: String,
    /// From where to where half of the rounds lie.
    pub(super) spread: Option<(f64, f64)>,
    /// Its colour, of the page's palette.
    pub(super) color: usize,
}

/// As wide as a phone shows one to one, so that its text can be read there.
const WIDTH: f64 = 440.0;
/// Where bars begin: right of the names.
const LEFT: f64 = 114.0;
/// What is kept for the labels behind the bars.
const RIGHT: f64 = 104.0;
const GAP: f64 = 12.0;

impl Chart {
    /// The picture. `id` tells its title from those of the page's other charts.
    pub(super) fn svg(&self, id: &str) -> String {
        let several = self.groups.iter().any(|it| it.bars.len() > 1);
        let (thick, step) = if several { (11.0, 16.0) } else { (20.0, 24.0) };
        let bars = || self.groups.iter().flat_map(|it| &it.bars);
        let most = bars()
            .map(|bar| bar.spread.map_or(bar.value, |(_, upper)| upper.max(bar.value)))
            .fold(0.0, f64::max);
        let scale = if most > 0.0 { (WIDTH - LEFT - RIGHT) / most } else { 0.0 };
        let height = self.groups.iter().map(|it| it.bars.len() as f64 * step + GAP).sum::<f64>() + GAP;
        let mut out = format!(
            "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            escaped(&self.title),
            escaped(&self.description)
        );
        let ticks = [0.25, 0.5, 0.75, 1.0].map(|part| LEFT + part * (WIDTH - LEFT - RIGHT));
        for x in ticks {
            // Writing to a string does not fail.
            let _ = write!(
                out,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"4\" x2=\"{x:.1}\" y2=\"{:.1}\"/>",
                height - 4.0
            );
        }
        let mut y = GAP;
        for group in &self.groups {
            let middle = y + group.bars.len() as f64 * step / 2.0;
            let _ = write!(
                out,
                "<text class=\"name\" x=\"{:.0}\" y=\"{middle:.1}\">{}</text>",
                LEFT - 10.0,
                escaped(&shortened(&group.name))
            );
            for bar in &group.bars {
                self.bar(&mut out, bar, y, thick, step, scale);
                y += step;
            }
            y += GAP;
        }
        let _ = write!(
            out,
            "<line class=\"axis\" x1=\"{LEFT}\" y1=\"4\" x2=\"{LEFT}\" y2=\"{:.1}\"/></svg>",
            height - 4.0
        );
        out
    }

    fn bar(&self, out: &mut String, bar: &Bar, y: f64, thick: f64, step: f64, scale: f64) {
        let width = (bar.value * scale).max(1.0);
        let label = escaped(format!("{} {}", bar.name, bar.label).trim_start());
        let _ = write!(
            out,
            "<g><title>{label}</title><rect class=\"c{}\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{thick}\" rx=\"2\"/>",
            bar.color,
            y + (step - thick) / 2.0
        );
        let mut end = LEFT + width;
        if let Some((lower, upper)) = bar.spread {
            let (from, to, middle) = (LEFT + lower * scale, LEFT + upper * scale, y + step / 2.0);
            end = end.max(to);
            let _ = write!(
                out,
                "<path class=\"spread\" d=\"M{from:.1} {:.1}v8M{from:.1} {middle:.1}H{to:.1}M{to:.1} {:.1}v8\"/>",
                middle - 4.0,
                middle - 4.0
            );
        }
        let class = if thick < 20.0 { "small" } else { "value" };
        let _ = write!(
            out,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{label}</text></g>",
            end + 6.0,
            y + step / 2.0
        );
    }
}

/// A name that fits left of the bars.
fn shortened(name: &str) -> String {
    const MOST: usize = 16;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}
