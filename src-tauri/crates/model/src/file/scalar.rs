//! Decides what a plain word of YAML is: a number only where all readers agree, else the text as it stands.
//!
//! DigitalHub's own writer leaves texts such as `1e3` without quotes, because to it they are no numbers; a reader that
//! made them numbers would change an argument in silence.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;

/// A node of a document with the places of its parts in the text.
pub(super) enum Node {
    /// A value that needs no second look.
    Plain(Value),
    /// A number as the parser took it, to be compared with what is written.
    Number(Value),
    /// A list.
    List(Vec<Spanned<Self>>),
    /// A mapping, in order.
    Mapping(Vec<(String, Spanned<Self>)>),
}

/// Turns a node into a value, taking numbers back to texts where they are not written as decimal ones.
pub(super) fn settle(node: Spanned<Node>, text: &str) -> Value {
    match node.value {
        Node::Plain(value) => value,
        Node::Number(value) => {
            let span = node.defined.span();
            let written = span.byte_offset().zip(span.byte_len()).and_then(|(start, length)| {
                let start = usize::try_from(start).ok()?;
                text.get(start..start.checked_add(usize::try_from(length).ok()?)?)
            });
            match written.map(str::trim) {
                // Also a whole number too large to be kept exactly.
                Some(written) if !is_decimal(written) || (value.is_f64() && !written.contains('.')) => {
                    Value::String(written.to_owned())
                }
                _ => value,
            }
        }
        Node::List(items) => Value::Array(items.into_iter().map(|item| settle(item, text)).collect()),
        Node::Mapping(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, settle(value, text))).collect::<Map<_, _>>())
        }
    }
}

/// Tells whether every reader takes the word for a number: a sign, digits without a leading zero, and after a point
/// digits and a signed exponent.
fn is_decimal(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(left, right)| (left, Some(right)));
    let has_good_exponent =
        exponent.is_none_or(|exponent| exponent.strip_prefix(['-', '+']).is_some_and(digits) && mantissa.contains('.'));
    let (whole, fraction) =
        mantissa.split_once('.').map_or((mantissa, None), |(whole, fraction)| (whole, Some(fraction)));
    has_good_exponent && digits(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<Source: Deserializer<'de>>(deserializer: Source) -> Result<Self, Source::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<Failure>(self, value: bool) -> Result<Node, Failure> {
        Ok(Node::Plain(Value::Bool(value)))
    }

    fn visit_i64<Failure>(self, value: i64) -> Result<Node, Failure> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<Failure>(self, value: u64) -> Result<Node, Failure> {
        Ok(Node::Number(value.into()))
    }

    fn visit_i128<Failure>(self, value: i128) -> Result<Node, Failure> {
        Ok(Node::Number(value.to_string().into()))
    }

    fn visit_u128<Failure>(self, value: u128) -> Result<Node, Failure> {
        Ok(Node::Number(value.to_string().into()))
    }

    fn visit_f64<Failure>(self, value: f64) -> Result<Node, Failure> {
        Ok(Node::Number(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<Failure>(self, value: &str) -> Result<Node, Failure> {
        Ok(Node::Plain(value.into()))
    }

    fn visit_string<Failure>(self, value: String) -> Result<Node, Failure> {
        Ok(Node::Plain(value.into()))
    }

    fn visit_none<Failure>(self) -> Result<Node, Failure> {
        Ok(Node::Plain(Value::Null))
    }

    fn visit_unit<Failure>(self) -> Result<Node, Failure> {
        Ok(Node::Plain(Value::Null))
    }

    fn visit_some<Source: Deserializer<'de>>(self, deserializer: Source) -> Result<Node, Source::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<Items: SeqAccess<'de>>(self, mut items: Items) -> Result<Node, Items::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<Entries: MapAccess<'de>>(self, mut entries: Entries) -> Result<Node, Entries::Error> {
        let mut mapping = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            mapping.push(entry);
        }
        Ok(Node::Mapping(mapping))
    }
}
