//! Reserved concurrency of functions, and what is left of it and of the account's for what is
//! provisioned.
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>

use super::function::Function;
use crate::protocol::{ApiResult, Exception};

/// Concurrent executions of an account: AWS's default quota.
pub(crate) const ACCOUNT_CONCURRENCY: u32 = 1000;
/// What must be left for functions without a reservation.
const MIN_UNRESERVED: u32 = 100;

impl Function {
    pub(crate) const fn reserved(&self) -> Option<u32> {
        self.reserved
    }

    /// `others` is what other functions have reserved.
    pub(crate) fn reserve(&mut self, count: u32, others: u32) -> ApiResult<()> {
        if others.saturating_add(count) > ACCOUNT_CONCURRENCY - MIN_UNRESERVED {
            return Err(below_minimum("ReservedConcurrentExecutions"));
        }
        let provisioned = self.all_requested();
        if count < provisioned {
            return Err(Exception::invalid_parameter(format!(
                " ReservedConcurrentExecutions  {count} should not be lower than function's total \
                 provisioned concurrency [{provisioned}]."
            ))
            .without_type());
        }
        self.reserved = Some(count);
        Ok(())
    }

    pub(crate) const fn unreserve(&mut self) {
        self.reserved = None;
    }

    /// What runs at once without a reservation of its own: of it, what is provisioned.
    pub(super) fn provisioned_unreserved(&self) -> u32 {
        self.reserved.map_or_else(|| self.all_requested(), |_| 0)
    }

    /// What is left of the reservation for what has no provisioned concurrency.
    pub(crate) fn reserved_on_demand(&self) -> Option<u32> {
        let reserved = self.reserved?;
        Some(reserved.saturating_sub(self.all_requested()))
    }

    /// Whether there is room for so much more of provisioned concurrency in place of what was there
    /// before. `unreserved` is what all functions without a reservation have together, `provisioned`
    /// what is provisioned of it.
    pub(super) fn check_room(
        &self,
        before: u32,
        requested: u32,
        (unreserved, provisioned): (u32, u32),
    ) -> ApiResult<()> {
        let Some(reserved) = self.reserved else {
            return check_within_account(requested, provisioned - before, unreserved);
        };
        let total = (self.all_requested() - before).saturating_add(requested);
        check_within_reservation(total, reserved)
    }
}

fn check_within_reservation(total: u32, reserved: u32) -> ApiResult<()> {
    match total <= reserved {
        true => Ok(()),
        false => Err(Exception::invalid_parameter(
            "Requested Provisioned Concurrency should not be greater than the \
             reservedConcurrentExecution for function",
        )),
    }
}

fn check_within_account(requested: u32, others: u32, unreserved: u32) -> ApiResult<()> {
    if requested > unreserved {
        return Err(Exception::invalid_parameter(format!(
            "Specified ConcurrentExecutions for function is greater than account's unreserved \
             concurrency [{unreserved}]."
        ))
        .without_type());
    }
    // That what is provisioned elsewhere counts, too, is a reading of the documentation.
    match requested + others + MIN_UNRESERVED <= unreserved {
        true => Ok(()),
        false => Err(below_minimum("ConcurrentExecutions")),
    }
}

fn below_minimum(what: &str) -> Exception {
    Exception::invalid_parameter(format!(
        "Specified {what} for function decreases account's UnreservedConcurrentExecution below \
         its minimum value of [{MIN_UNRESERVED}]."
    ))
    .without_type()
}
