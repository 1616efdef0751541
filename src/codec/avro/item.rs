//! The kinds of item of an array that are worth their own loop: in it the compiler knows the node, and drops what the others need.

use super::plan::Node;

/// What the items of an array are, as far as the compiler may know.
pub(super) trait Item {
    /// The item's node: a constant where the type names one.
    fn node(item: Node) -> Node;
}

macro_rules! item {
    ($($name:ident $node:expr;)*) => {$(
        pub(super) struct $name;

        impl Item for $name {
            #[inline(always)]
            fn node(_item: Node) -> Node {
                $node
            }
        }
    )*};
}

item! {
    IntItem Node::Int;
    LongItem Node::Long;
    FloatItem Node::Float;
    DoubleItem Node::Double;
    FloatAsDoubleItem Node::FloatAsDouble;
    IntAsLongItem Node::IntAsLong;
    StringItem Node::String;
}

/// Any item, known only at run time.
pub(super) struct AnyItem;

impl Item for AnyItem {
    #[inline(always)]
    fn node(item: Node) -> Node {
        item
    }
}
