//! The machine and the build that the figures come from.

use serde::{Deserialize, Serialize};

/// A machine, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// The processor's model, as `/proc/cpuinfo` has it; "unknown" on other systems.
    pub cpu: String,
    /// The threads that a process may use at once.
    pub cores: usize,
    /// Operating system and architecture, as `linux x86_64`.
    pub system: String,
    /// `optimized`, or `debug`, whose figures say nothing about an optimized build.
    pub profile: String,
    /// The version of this crate.
    pub schemawire: String,
}

impl Machine {
    /// The one that this runs on.
    #[must_use]
    pub fn this() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            cpu: model(&info).unwrap_or("unknown").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            profile: if cfg!(debug_assertions) { "debug" } else { "optimized" }.to_owned(),
            schemawire: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Whether the build was for debugging.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        self.profile == "debug"
    }
}

/// In one line.
impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cpu, cores, system, profile, schemawire } = self;
        write!(f, "{cpu}, {cores} threads, {system}; schemawire {schemawire}, {profile} build")
    }
}

/// The processor's model in `/proc/cpuinfo`; ARM's kernels have other lines.
fn model(info: &str) -> Option<&str> {
    ["model name", "Model", "Hardware"].into_iter().find_map(|key| {
        let mut lines = info.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_model_is_read_from_the_kernels_list() {
        let info = "processor\t: 0\nmodel\t\t: 25\nmodel name\t: AMD EPYC 7B13\nflags\t\t: fpu\n";
        assert_eq!(super::model(info), Some("AMD EPYC 7B13"));
        assert_eq!(super::model(""), None);
    }
}
