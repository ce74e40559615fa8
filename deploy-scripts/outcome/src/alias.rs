//! Which alias an invocation came through.

/// The alias in the ARN that was invoked, `arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS`.
/// None for a version, for `$LATEST` and `$LATEST.PUBLISHED`, and where nothing was named.
pub(crate) fn alias(invoked_arn: &str) -> Option<&str> {
    let mut parts = invoked_arn.split(':').skip(5);
    if parts.next()? != "function" {
        return None;
    }
    let qualifier = parts.nth(1)?;
    // An alias's name is never a number alone, and never holds a `$`:
    // https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
    let version = qualifier.starts_with('$') || qualifier.bytes().all(|byte| byte.is_ascii_digit());
    (!version && parts.next().is_none()).then_some(qualifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:hello";

    #[test]
    fn the_alias_is_what_stands_behind_the_functions_name() {
        for name in ["live", "2nd", "blue-green_1", "1-2"] {
            assert_eq!(alias(&format!("{FUNCTION}:{name}")), Some(name));
        }
    }

    #[test]
    fn a_version_is_no_alias() {
        for qualifier in ["$LATEST", "$LATEST.PUBLISHED", "7", "1234567", ""] {
            assert_eq!(alias(&format!("{FUNCTION}:{qualifier}")), None);
        }
    }

    #[test]
    fn what_is_not_the_arn_of_a_function_has_no_alias() {
        let layer = "arn:aws:lambda:eu-central-1:123456789012:layer:hello:live";
        let longer = format!("{FUNCTION}:live:more");
        let missing = "No header lambda-runtime-invoked-function-arn found.";
        for arn in ["", ":::::::", FUNCTION, layer, &longer, missing] {
            assert_eq!(alias(arn), None, "{arn}");
        }
    }
}
