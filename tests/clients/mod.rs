//! The AWS CLI, boto3 and cargo-lambda do with lambda-local what they do with AWS.

mod aws_cli;
mod boto3;
mod by_hand;
mod cargo_lambda;
mod contract;
mod own_function;
