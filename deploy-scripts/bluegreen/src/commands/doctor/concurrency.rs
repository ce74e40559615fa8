//! Whether both versions have room beside each other, and what is provisioned for whom.

use anyhow::Result;
use bluegreen_rollout::Version;

use super::Finding;
use crate::{
    alias::{AliasHandle, Provisioning},
    aws::{Provisioned, ProvisionedState},
};

const CHECK: &str = "capacity";
/// What AWS keeps of an account's concurrency for functions that reserve nothing.
const KEPT: i32 = 100;

pub(super) async fn check(handle: &AliasHandle, blue: Version, green: Version) -> Vec<Finding> {
    match look(handle, blue, green).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::unseen(CHECK, &error)],
    }
}

async fn look(handle: &AliasHandle, blue: Version, green: Version) -> Result<Vec<Finding>> {
    let lambda = &handle.lambda;
    let reserved = async { Ok(lambda.reserved().await?) };
    let (provisioning, reserved) = tokio::try_join!(Provisioning::read(handle), reserved)?;
    let mut findings = Vec::new();
    findings.extend(room(handle, reserved));
    if let Some(wanted) = provisioning.wanted(blue) {
        // All that a function has provisioned is taken from what it has reserved, where it has.
        let (needed, has) = match reserved {
            Some(reserved) => (2 * wanted, reserved),
            None => (wanted, (lambda.unreserved().await? - KEPT).max(0)),
        };
        let versions = (blue, green);
        findings.push(provisioned(&provisioning, versions, wanted, needed <= has));
    }
    if provisioning.of_alias().is_some() && blue != green {
        findings.push(split_of_alias(green));
    }
    findings.extend(unused(handle, &provisioning, blue, green));
    if findings.is_empty() {
        let what = "nothing is reserved or provisioned: both versions take what the account has";
        findings.push(Finding::good(CHECK, what));
    }
    Ok(findings)
}

/// Two versions of one function share what it has reserved.
fn room(handle: &AliasHandle, reserved: Option<i32>) -> Option<Finding> {
    let function = &handle.function;
    match reserved? {
        0 => Some(Finding::problem(
            CHECK,
            "the function has reserved 0 concurrent executions: every request is throttled",
            format!("aws lambda delete-function-concurrency --function-name {function}"),
        )),
        1 => Some(Finding::warning(
            CHECK,
            "the function has reserved 1 concurrent execution: while one version runs, the other \
             is throttled",
        )),
        count => Some(Finding::good(
            CHECK,
            format!("both versions share {count} reserved concurrent executions"),
        )),
    }
}

/// While the alias is split, both versions have it.
fn provisioned(
    provisioning: &Provisioning<'_>,
    (blue, green): (Version, Version),
    wanted: i32,
    has_room: bool,
) -> Finding {
    let of_blue = provisioning
        .of_alias()
        .or_else(|| provisioning.of_version(blue));
    match of_blue.map(|found| &found.state) {
        Some(ProvisionedState::InProgress) => {
            return Finding::problem(
                CHECK,
                "provisioned concurrency is still being allocated",
                "wait until `aws lambda list-provisioned-concurrency-configs` shows READY",
            );
        }
        Some(ProvisionedState::Failed(reason)) => {
            let what = format!("provisioned concurrency could not be allocated: {reason}");
            let mend = "give the alias less, or raise the limits; where the alias was moved, \
                        bluegreen rollback";
            return Finding::problem(CHECK, what, mend);
        }
        Some(ProvisionedState::Ready) | None => {}
    }
    if !has_room {
        return Finding::problem(
            CHECK,
            format!(
                "there is no room for {wanted} provisioned concurrent executions of version {green} \
                 beside version {blue}'s"
            ),
            "give the alias less, reserve more for the function, or raise the account's limit",
        );
    }
    let what = format!(
        "version {green} is given {wanted} provisioned concurrent executions before it gets traffic"
    );
    Finding::good(CHECK, what)
}

/// Said before anything is paid for.
fn split_of_alias(green: Version) -> Finding {
    Finding::warning(
        CHECK,
        format!(
            "the alias itself has provisioned concurrency, and AWS does not document that such an \
             alias can be split: if it refuses, version {green}'s was paid for some minutes in vain; \
             --strategy all-at-once splits nothing, and what a version has can be split"
        ),
    )
}

/// What is paid for and serves nothing.
fn unused(
    handle: &AliasHandle,
    provisioning: &Provisioning<'_>,
    blue: Version,
    green: Version,
) -> Vec<Finding> {
    let stray = |one: &&Provisioned| {
        let version = one.qualifier.parse::<Version>();
        version.is_ok_and(|version| version != blue && version != green)
    };
    let finding = |one: &Provisioned| {
        let Provisioned {
            qualifier,
            requested,
            ..
        } = one;
        let what = format!(
            "version {qualifier} has {requested} provisioned concurrent executions and no part in \
             this; if nothing else calls it: aws lambda delete-provisioned-concurrency-config \
             --function-name {} --qualifier {qualifier}",
            handle.function
        );
        Finding::warning(CHECK, what)
    };
    provisioning
        .all()
        .iter()
        .filter(stray)
        .map(finding)
        .collect()
}
