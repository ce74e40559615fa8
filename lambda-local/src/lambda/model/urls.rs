//! The function URLs of functions and aliases: made, changed and deleted by AWS's rules.

use super::{
    function::Function,
    functions::Model,
    reference::{FunctionRef, Qualifier},
    url::{FunctionUrl, UrlChange},
};
use crate::{
    clock::{Moment, written},
    protocol::{ApiResult, Exception},
};

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
        let missing = || Exception::serialization("AuthType is missing");
        let auth_type = change.auth_type.ok_or_else(missing)?;
        let arn = self.url_owner(reference)?;
        let function = self.function_mut(reference)?;
        if function.urls.contains_key(&reference.qualifier) {
            return Err(Exception::conflict(format!(
                "Failed to create function url config for [functionArn = {arn}]. Error message:  \
                 FunctionUrlConfig exists for this Lambda function"
            )));
        }
        let url = FunctionUrl {
            id: uuid::Uuid::new_v4().simple().to_string(),
            auth_type,
            invoke_mode: change.invoke_mode,
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
        let function = self.function(reference).map_err(|_| missing())?;
        function.urls.get(&reference.qualifier).ok_or_else(missing)
    }

    pub(crate) fn update_url(
        &mut self,
        reference: &FunctionRef,
        change: &UrlChange,
        now: Moment,
    ) -> ApiResult<FunctionUrl> {
        self.url_owner(reference)?;
        let function = self.function_mut(reference)?;
        let url = function.url_mut(reference.qualifier.as_ref())?;
        url.auth_type = change.auth_type.unwrap_or(url.auth_type);
        url.invoke_mode = change.invoke_mode.or(url.invoke_mode);
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

    /// Whether the URL with this id went with its alias.
    pub(crate) fn had_url(&self, id: &str) -> bool {
        self.urls.contains_key(id)
    }

    /// The ARN of what has the URL: the function or an alias. A version has none.
    pub(crate) fn url_owner(&self, reference: &FunctionRef) -> ApiResult<String> {
        let missing = || Exception::not_found("Function does not exist");
        let function = self.function(reference).map_err(|_| missing())?;
        match &reference.qualifier {
            None => Ok(function.arn.clone()),
            Some(Qualifier::Alias(name)) if function.alias(name).is_some() => {
                Ok(format!("{}:{name}", function.arn))
            }
            Some(_) => Err(missing()),
        }
    }
}
