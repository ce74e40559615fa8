//! Function URLs: an HTTPS endpoint of a function or of one of its aliases, without an API in
//! front.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    function::Function,
    functions::Model,
    reference::{FunctionRef, Qualifier},
};
use crate::{
    clock::{Moment, written},
    cors::Cors,
    protocol::{ApiResult, Exception},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FunctionUrl {
    pub(crate) id: String,
    pub(crate) auth_type: AuthType,
    #[serde(default)]
    pub(crate) invoke_mode: InvokeMode,
    #[serde(default)]
    pub(crate) cors: Option<Cors>,
    created: String,
    modified: String,
}

/// Whether the answer is passed on while it comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum InvokeMode {
    #[default]
    Buffered,
    ResponseStream,
}

/// Who may call it: whoever signs as AWS does, or everybody whom the policy lets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AuthType {
    #[serde(rename = "AWS_IAM")]
    Iam,
    #[serde(rename = "NONE")]
    None,
}

/// The bodies of `CreateFunctionUrlConfig` and `UpdateFunctionUrlConfig`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UrlChange {
    auth_type: Option<AuthType>,
    invoke_mode: Option<InvokeMode>,
    cors: Option<Cors>,
}

impl UrlChange {
    fn check(&self) -> ApiResult<()> {
        match self.cors.as_ref().and_then(Cors::too_old) {
            Some(age) => Err(Exception::validation(
                &age.to_string(),
                "cors.maxAge",
                "Member must have value less than or equal to 86400",
            )),
            None => Ok(()),
        }
    }

    /// An empty configuration is none.
    fn cors(&self) -> Option<Cors> {
        self.cors.clone().filter(|cors| *cors != Cors::default())
    }
}

impl FunctionUrl {
    /// `address` is the URL itself.
    pub(crate) fn describe(&self, arn: &str, address: &str) -> Value {
        let mut shown = json!({
            "FunctionUrl": address,
            "FunctionArn": arn,
            "AuthType": self.auth_type,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "InvokeMode": self.invoke_mode,
        });
        if let Some(cors) = &self.cors {
            shown["Cors"] = json!(cors);
        }
        shown
    }
}

impl Function {
    pub(crate) fn urls(&self) -> impl Iterator<Item = (Option<&Qualifier>, &FunctionUrl)> {
        let urls = self.urls.iter();
        urls.map(|(qualifier, url)| (qualifier.as_ref(), url))
    }

    fn url_mut(&mut self, qualifier: Option<&Qualifier>) -> ApiResult<&mut FunctionUrl> {
        let missing = || Exception::not_found("The resource you requested does not exist.");
        self.urls.get_mut(&qualifier.cloned()).ok_or_else(missing)
    }
}

impl Model {
    pub(crate) fn create_url(
        &mut self,
        reference: &FunctionRef,
        change: &UrlChange,
        now: Moment,
    ) -> ApiResult<FunctionUrl> {
        change.check()?;
        let Some(auth_type) = change.auth_type else {
            return Err(Exception::validation_message(
                "1 validation error detected: Value null at 'authType' failed to satisfy \
                 constraint: Member must not be null",
            ));
        };
        let arn = self.url_owner(reference)?;
        let function = self.function_mut(reference)?;
        if function.urls.contains_key(&reference.qualifier) {
            return Err(Exception::conflict(format!(
                "Failed to create function url config for [functionArn = {arn}]. Error message: \
                 FunctionUrlConfig exists for this Lambda function"
            )));
        }
        let url = FunctionUrl {
            id: uuid::Uuid::new_v4().simple().to_string(),
            auth_type,
            invoke_mode: change.invoke_mode.unwrap_or_default(),
            cors: change.cors(),
            created: written(now.date()),
            modified: written(now.date()),
        };
        function
            .urls
            .insert(reference.qualifier.clone(), url.clone());
        self.urls.insert(url.id.clone(), reference.clone());
        Ok(url)
    }

    pub(crate) fn url(&self, reference: &FunctionRef) -> ApiResult<&FunctionUrl> {
        let missing = || Exception::not_found("The resource you requested does not exist.");
        let function = self.function(reference)?;
        function.urls.get(&reference.qualifier).ok_or_else(missing)
    }

    pub(crate) fn update_url(
        &mut self,
        reference: &FunctionRef,
        change: &UrlChange,
        now: Moment,
    ) -> ApiResult<FunctionUrl> {
        change.check()?;
        let function = self.function_mut(reference)?;
        let url = function.url_mut(reference.qualifier.as_ref())?;
        url.auth_type = change.auth_type.unwrap_or(url.auth_type);
        url.invoke_mode = change.invoke_mode.unwrap_or(url.invoke_mode);
        if change.cors.is_some() {
            url.cors = change.cors();
        }
        url.modified = written(now.date());
        Ok(url.clone())
    }

    pub(crate) fn delete_url(&mut self, reference: &FunctionRef) -> ApiResult<()> {
        let id = self.url(reference)?.id.clone();
        self.urls.remove(&id);
        let function = self.function_mut(reference)?;
        function.urls.remove(&reference.qualifier);
        Ok(())
    }

    /// What the URL with this id invokes.
    pub(crate) fn at_url(&self, id: &str) -> Option<(&FunctionRef, &FunctionUrl)> {
        let reference = self.urls.get(id)?;
        let url = self.url(reference).ok()?;
        // The alias may have been deleted with its URL, and have another by now.
        (url.id == id).then_some((reference, url))
    }

    /// The ARN of what has the URL: the function or an alias. A version has none.
    pub(crate) fn url_owner(&self, reference: &FunctionRef) -> ApiResult<String> {
        let function = self.function(reference)?;
        match &reference.qualifier {
            None => Ok(function.arn.clone()),
            Some(Qualifier::Alias(name)) if function.alias(name).is_some() => {
                Ok(format!("{}:{name}", function.arn))
            }
            Some(Qualifier::Alias(_)) => Err(self.no_function(reference)),
            Some(other) => Err(Exception::validation(
                &other.to_string(),
                "qualifier",
                "Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)",
            )),
        }
    }
}
