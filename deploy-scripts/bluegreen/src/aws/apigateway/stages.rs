//! What an integration leads to in each stage: its URI may have variables, which each stage fills.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html>

use std::collections::{BTreeMap, HashMap};

use super::{Target, TargetAt, function_of};

/// What stands for a stage's variable up to its name, which ends with `}`.
const VARIABLE: &str = "${stageVariables.";

/// A stage of an API.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) name: String,
    variables: BTreeMap<String, String>,
}

impl Stage {
    /// `None` where the service left its name out.
    pub(super) fn of(
        name: Option<String>,
        variables: Option<HashMap<String, String>>,
    ) -> Option<Self> {
        Some(Self {
            name: name?,
            variables: variables.into_iter().flatten().collect(),
        })
    }
}

/// The stage whose variables say where an integration leads.
#[derive(Debug)]
pub(crate) struct InStage {
    pub(crate) stage: String,
    pub(crate) variables: BTreeMap<String, String>,
    /// The URI with its variables.
    pub(crate) written: String,
}

impl InStage {
    /// The variable that stands for the alias, where only that varies.
    pub(crate) fn alias_variable(&self) -> Option<&str> {
        let (_, last) = self.written.rsplit_once(VARIABLE)?;
        let (before, _) = self.written.split_once(VARIABLE)?;
        let (_, function) = before.split_once(":function:")?;
        let is_behind_the_name = function.len() > 1 && function.ends_with(':');
        last.strip_suffix('}').filter(|_| is_behind_the_name)
    }
}

pub(super) fn varies(uri: &str) -> bool {
    uri.contains(VARIABLE)
}

/// One target, or one for each stage where the stages' variables say what it is.
pub(super) fn targets(at: &TargetAt, uri: String, stages: &[Stage]) -> Vec<Target> {
    if !varies(&uri) {
        let (at, uri) = (at.clone(), function_of(uri));
        let of = None;
        return vec![Target { at, uri, of }];
    }
    let in_stage = |stage: &Stage| Target {
        at: at.clone(),
        uri: function_of(filled(&uri, &stage.variables)),
        of: Some(InStage {
            stage: stage.name.clone(),
            variables: stage.variables.clone(),
            written: function_of(uri.clone()),
        }),
    };
    stages.iter().map(in_stage).collect()
}

/// A variable that the stage does not have is empty, as in API Gateway.
fn filled(uri: &str, variables: &BTreeMap<String, String>) -> String {
    let mut parts = uri.split(VARIABLE);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once('}').unwrap_or((part, ""));
        filled += variables.get(name).map_or("", String::as_str);
        filled += after;
    }
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{InStage, Stage, TargetAt, targets};

    const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:";

    fn stage(name: &str, alias: &str) -> Stage {
        let variables = [("alias".to_owned(), alias.to_owned())];
        Stage {
            name: name.to_owned(),
            variables: variables.into(),
        }
    }

    #[test]
    fn each_stage_leads_where_its_variables_say() {
        let at = TargetAt::Integration("i".to_owned());
        let uri = format!("{ARN}hello:${{stageVariables.alias}}");
        let stages = [stage("prod", "live"), stage("dev", "dev")];
        let found = targets(&at, uri, &stages);
        let plain: Vec<_> = found
            .iter()
            .map(|target| {
                let of = target.of.as_ref().unwrap();
                (of.stage.as_str(), target.uri.strip_prefix(ARN).unwrap())
            })
            .collect();
        assert_eq!(plain, [("prod", "hello:live"), ("dev", "hello:dev")]);
        let fixed = targets(&at, format!("{ARN}hello:live"), &stages);
        assert!(matches!(&fixed[..], [target] if target.of.is_none()));
    }

    #[test]
    fn the_alias_is_one_variable_or_it_is_not_known_which() {
        let named = |end: &str| {
            let in_stage = InStage {
                stage: "prod".to_owned(),
                variables: BTreeMap::new(),
                written: format!("{ARN}{end}"),
            };
            in_stage.alias_variable().map(str::to_owned)
        };
        assert_eq!(named("hello:${stageVariables.a}").as_deref(), Some("a"));
        for end in [
            "${stageVariables.f}",
            "hello:${stageVariables.a}-x",
            "${stageVariables.f}:${stageVariables.a}",
        ] {
            assert_eq!(named(end), None, "{end}");
        }
    }
}
