//! What a function answers to a proxy integration, as it is read. Text is borrowed where it can be,
//! and headers are a list: this is read once for each request.

use std::{borrow::Cow, fmt};

use http::StatusCode;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};

/// Payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProxyAnswer<'a> {
    pub(crate) status_code: Option<Status>,
    #[serde(borrow)]
    pub(crate) headers: Option<Pairs<'a, Scalar<'a>>>,
    #[serde(borrow)]
    pub(crate) multi_value_headers: Option<Pairs<'a, Vec<Scalar<'a>>>>,
    #[serde(borrow)]
    pub(crate) cookies: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    pub(crate) body: Option<Text<'a>>,
    pub(crate) is_base64_encoded: Option<bool>,
}

/// Payload format 1.0: nothing else may be there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StrictAnswer<'a> {
    pub(crate) status_code: Status,
    #[serde(borrow)]
    pub(crate) headers: Option<Pairs<'a, Scalar<'a>>>,
    #[serde(borrow)]
    pub(crate) multi_value_headers: Option<Pairs<'a, Vec<Scalar<'a>>>>,
    #[serde(borrow)]
    pub(crate) body: Option<Text<'a>>,
    pub(crate) is_base64_encoded: Option<bool>,
}

/// A number, or text that holds one.
pub(crate) struct Status(Option<StatusCode>);

impl Status {
    /// `None` if there is no such status, or it is no final one.
    pub(crate) fn code(&self) -> Option<StatusCode> {
        self.0.filter(|code| (200..600).contains(&code.as_u16()))
    }
}

/// The members of an object, in their order.
pub(crate) struct Pairs<'a, T>(pub(crate) Vec<(Cow<'a, str>, T)>);

/// A header's value: text, or what is written as text.
pub(crate) struct Scalar<'a>(pub(crate) Cow<'a, str>);

/// Nothing but text.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scalar(text) = Scalar::deserialize(deserializer)?;
        let number = text.parse().ok();
        Ok(Self(
            number.and_then(|number: u16| StatusCode::from_u16(number).ok()),
        ))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(std::marker::PhantomData))
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number or true or false")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(if flag { "true" } else { "false" }.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }
}

struct PairsVisitor<'a, T>(std::marker::PhantomData<(&'a (), T)>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<'a, T> {
    type Value = Pairs<'a, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((Text(name), value)) = map.next_entry()? {
            pairs.push((name, value));
        }
        Ok(Pairs(pairs))
    }
}
