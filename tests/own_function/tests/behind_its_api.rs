//! The function behind an API, on a Lambda of this test's own.

use std::{
    error::Error,
    fs,
    io::{Cursor, Write},
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_apigatewayv2::types::ProtocolType;
use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Statistic},
};
use aws_sdk_lambda::{
    primitives::Blob,
    types::{FunctionCode, Runtime},
};
use zip::{ZipWriter, write::SimpleFileOptions};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::test]
async fn a_request_through_the_api_is_answered_and_counted() -> Result<()> {
    // It ends with the test, and the function's processes with it.
    let server = lambda_local::start()?;
    let config = config(server.url()).await;
    let function = deploy(&config).await?;
    let api = put_api_in_front_of(&function, &config).await?;

    let mut answer = ureq::get(format!("{api}/Ada")).call()?;

    assert_eq!(answer.body_mut().read_to_string()?, "hello Ada");
    assert_eq!(invocations(&config).await?, 1.0);
    Ok(())
}

/// What the code under test would take for AWS, too.
async fn config(url: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(url)
        .region("us-east-1")
        .test_credentials()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .load()
        .await
}

/// The executable that cargo has built for this test; gives the function's ARN.
async fn deploy(config: &SdkConfig) -> Result<String> {
    let lambda = aws_sdk_lambda::Client::new(config);
    let zip = Blob::new(zipped(env!("CARGO_BIN_EXE_own-function"))?);
    let created = lambda
        .create_function()
        .function_name("greet")
        .runtime(Runtime::Providedal2023)
        .handler("bootstrap")
        .role("arn:aws:iam::000000000000:role/greet")
        .code(FunctionCode::builder().zip_file(zip).build())
        .send()
        .await?;
    Ok(created.function_arn.ok_or("it has no ARN")?)
}

fn zipped(executable: &str) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    zip.write_all(&fs::read(executable)?)?;
    Ok(zip.finish()?.into_inner())
}

/// Gives the API's address.
async fn put_api_in_front_of(function: &str, config: &SdkConfig) -> Result<String> {
    let permission = aws_sdk_lambda::Client::new(config)
        .add_permission()
        .function_name("greet")
        .statement_id("api")
        .action("lambda:InvokeFunction")
        .principal("apigateway.amazonaws.com");
    permission.send().await?;
    let api = aws_sdk_apigatewayv2::Client::new(config)
        .create_api()
        .name("greet")
        .protocol_type(ProtocolType::Http)
        .target(function);
    let api = api.send().await?;
    Ok(api.api_endpoint.ok_or("it has no address")?)
}

async fn invocations(config: &SdkConfig) -> Result<f64> {
    let (now, around) = (SystemTime::now(), Duration::from_secs(300));
    let function = Dimension::builder().name("FunctionName").value("greet");
    let statistics = aws_sdk_cloudwatch::Client::new(config)
        .get_metric_statistics()
        .namespace("AWS/Lambda")
        .metric_name("Invocations")
        .dimensions(function.build())
        .start_time(DateTime::from(now - around))
        .end_time(DateTime::from(now + around))
        .period(60)
        .statistics(Statistic::Sum);
    let data = statistics.send().await?;
    Ok(data.datapoints().iter().filter_map(|one| one.sum()).sum())
}
