//! Where a reference is looked for in a tree.

/// What configuration says about references; without any, files around the one that refers are searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// Folders that imports of `.proto` files begin in.
    pub protobuf: Vec<ProtoRoots>,
    /// Beginnings of `$id` and `$ref`, and the folder that each stands for.
    pub json: Vec<(String, String)>,
}

/// One group of import roots; folders without a slash at their end, `""` for the outermost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtoRoots {
    /// Folders whose files import each other by their path below the folder. Two may hold the same path.
    pub roots: Vec<String>,
    /// Folders that files of all roots import from, in this order.
    pub vendor: Vec<String>,
    /// Whether a root's files may import from the other roots too, as the modules of one buf workspace do.
    pub is_shared: bool,
}

impl Roots {
    /// The paths that an import of a `.proto` file may mean, the likeliest first.
    ///
    /// Of the configured roots the innermost that holds the file owns it. Without one every folder around the file is
    /// tried, from within outwards: one of them is what protoc was started in.
    pub(super) fn of_import(&self, from: &str, import: &str) -> Vec<String> {
        let owner = self.protobuf.iter().flat_map(|group| group.roots.iter().map(move |root| (group, root)));
        let owner = owner.filter(|(_, root)| is_below(from, root)).max_by_key(|(_, root)| root.len());
        let Some((group, root)) = owner else {
            // A vendored file imports its like from the folder it is vendored in.
            let vendor = self.protobuf.iter().flat_map(|group| &group.vendor);
            let vendor = vendor.filter(|folder| is_below(from, folder)).map(|folder| join(folder, import));
            return vendor.chain(folders_around(from).map(|folder| join(folder, import))).collect();
        };
        let mut paths = vec![join(root, import)];
        if group.is_shared {
            paths.extend(group.roots.iter().filter(|it| *it != root).map(|other| join(other, import)));
        }
        paths.extend(group.vendor.iter().map(|folder| join(folder, import)));
        paths
    }

    /// Whether configuration says which folder owns the imports of that file.
    pub(super) fn owns(&self, from: &str) -> bool {
        self.protobuf
            .iter()
            .flat_map(|group| group.roots.iter().chain(&group.vendor))
            .any(|root| is_below(from, root))
    }

    /// The path that a URI of JSON Schema is mapped to; of several beginnings the longest counts.
    pub(super) fn of_uri(&self, uri: &str) -> Option<String> {
        let fits =
            self.json.iter().filter_map(|(prefix, folder)| Some((prefix, folder, uri.strip_prefix(prefix)?)));
        let (_, folder, rest) = fits.max_by_key(|(prefix, ..)| prefix.len())?;
        Some(join(folder, rest.trim_start_matches('/')))
    }
}

/// Whether a file lies in that folder, however deep.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The folders that a file is in, from within outwards; the last is the outermost, `""`.
pub(super) fn folders_around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder_of(path)), |folder| (!folder.is_empty()).then(|| folder_of(folder)))
}

/// The folder of a path, without a slash at its end.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// How many folders two files have in common, from the outermost on.
pub(super) fn nearness(one: &str, other: &str) -> usize {
    let folders = folder_of(one).split('/').zip(folder_of(other).split('/'));
    folders.take_while(|(one, other)| one == other).count()
}
