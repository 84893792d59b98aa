//! Owns the grammar of Kubernetes quantities, exactly: no floating point anywhere.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ValueError;

/// The largest amount, in billionths: Kubernetes caps at 2^63 - 1 units.
const LARGEST: i128 = (i64::MAX as i128) * 1_000_000_000;

/// An amount such as `500m`, `1.5`, `2Gi` or `1e3`, kept as it was typed; compared, ordered and hashed by its value, so
/// `0.5` equals `500m`.
///
/// The grammar is Kubernetes': an optional sign, digits with an optional point, then nothing, a decimal suffix (`n`,
/// `u`, `m`, `k`, `M`, `G`, `T`, `P`, `E`), a binary one (`Ki` … `Ei`), or a decimal exponent (`e3`, `E-2`).
#[derive(Clone)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(transparent))]
pub struct Quantity(String, #[cfg_attr(feature = "specta", specta(skip))] i128);

impl Quantity {
    /// Checks a text.
    ///
    /// # Errors
    /// `quantity`, with the unit that was probably meant.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match nano(text) {
            Some(nano) => Ok(Self(text.to_owned(), nano)),
            None => Err(ValueError::new("quantity", sentence(text))),
        }
    }

    /// Returns the amount as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the amount in billionths of its unit (a core, a byte), as Kubernetes counts: finer parts are rounded away
    /// from zero, and beyond 2^63 - 1 units the amount stays there.
    #[must_use]
    pub const fn value(&self) -> i128 {
        self.1
    }

    /// Returns the amount in thousandths, rounded up: what Kubernetes counts cores in.
    #[must_use]
    pub fn thousandths(&self) -> i128 {
        ceil(self.1, 1_000_000)
    }

    /// Returns the amount in whole units, rounded up: what Kubernetes counts bytes and devices in.
    #[must_use]
    pub fn units(&self) -> i128 {
        ceil(self.1, 1_000_000_000)
    }

    /// Tells whether the amount is a whole number of units.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.1 % 1_000_000_000 == 0
    }
}

fn ceil(value: i128, step: i128) -> i128 {
    value.div_euclid(step) + i128::from(value.rem_euclid(step) != 0)
}

/// Works out the billionths; `None` where the text is not a quantity.
fn nano(text: &str) -> Option<i128> {
    let (is_negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..)?),
        Some(b'+') => (false, text.get(1..)?),
        _ => (false, text),
    };
    let number_end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at_checked(number_end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let (binary_power, decimal_power) = scale(suffix)?;
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
    multiply(&mut digits, 1_u64.checked_shl(10 * binary_power)?);
    let fraction_digits = i64::try_from(fraction.len()).ok()?;
    let magnitude = shift(&digits, decimal_power.saturating_add(9).saturating_sub(fraction_digits));
    Some(if is_negative { -magnitude } else { magnitude })
}

/// Reads a suffix as a power of 1,024 and a power of ten.
fn scale(suffix: &str) -> Option<(u32, i64)> {
    if let Some(exponent) = suffix.strip_prefix(['e', 'E']).filter(|exponent| !exponent.is_empty() && *exponent != "i")
    {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then(|| exponent.parse().ok()).flatten().map(|exponent| (0, exponent));
    }
    Some(match suffix {
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "" => (0, 0),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (1, 0),
        "Mi" => (2, 0),
        "Gi" => (3, 0),
        "Ti" => (4, 0),
        "Pi" => (5, 0),
        "Ei" => (6, 0),
        _ => return None,
    })
}

/// Multiplies decimal digits, most significant first.
fn multiply(digits: &mut Vec<u8>, factor: u64) {
    if factor == 1 {
        return;
    }
    let mut carry: u128 = 0;
    for digit in digits.iter_mut().rev() {
        let product = u128::from(*digit) * u128::from(factor) + carry;
        *digit = (product % 10) as u8;
        carry = product / 10;
    }
    while carry > 0 {
        digits.insert(0, (carry % 10) as u8);
        carry /= 10;
    }
}

/// Returns digits × 10^power, rounded away from zero, at most the largest amount.
fn shift(digits: &[u8], power: i64) -> i128 {
    let mut value: i128 = 0;
    let mut left = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_add(power);
    let mut has_rest = false;
    for digit in digits {
        if left > 0 {
            value = value.saturating_mul(10).saturating_add(i128::from(*digit)).min(LARGEST);
        } else {
            has_rest |= *digit > 0;
        }
        left = left.saturating_sub(1);
    }
    // Zeros that the power appends; 40 of them are more than the largest amount has.
    for _ in 0..power.clamp(0, 40) {
        value = value.saturating_mul(10).min(LARGEST);
    }
    (value + i128::from(has_rest)).min(LARGEST)
}

fn sentence(text: &str) -> String {
    let number: String = text.chars().take_while(|letter| letter.is_ascii_digit() || "+-.".contains(*letter)).collect();
    let unit = text.get(number.len()..).unwrap_or_default().trim();
    let shown: String = text.chars().take(40).collect();
    if number.is_empty() || nano(&number).is_none() {
        return format!("\"{shown}\" is not an amount: write a number with a unit, such as 500m or 2Gi.");
    }
    let letter = unit.chars().next().unwrap_or_default().to_ascii_uppercase();
    let is_bytes = unit.len() <= 5
        && "KMGTPE".contains(letter)
        && unit.chars().skip(1).all(|letter| "iIbByYtTeEsS".contains(letter));
    if unit.eq_ignore_ascii_case("b") || unit.eq_ignore_ascii_case("bytes") {
        return format!("\"{shown}\" is not an amount: bytes have no unit, write {number}.");
    }
    if is_bytes {
        let decimal = if letter == 'K' { 'k' } else { letter };
        return format!(
            "\"{shown}\" is not an amount: \"{unit}\" is not a unit of Kubernetes; write {number}{letter}i (powers of 1,024) or {number}{decimal} (powers of 1,000)."
        );
    }
    format!(
        "\"{shown}\" is not an amount: \"{unit}\" is not a unit of Kubernetes; use m for thousandths, or Ki, Mi, Gi, Ti for bytes."
    )
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.1 == other.1
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<State: Hasher>(&self, state: &mut State) {
        self.1.hash(state);
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.1.cmp(&other.1)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Quantity({})", self.0)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Quantity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

impl Serialize for Quantity {
    fn serialize<Target: Serializer>(&self, serializer: Target) -> Result<Target::Ok, Target::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<Source: Deserializer<'de>>(deserializer: Source) -> Result<Self, Source::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
