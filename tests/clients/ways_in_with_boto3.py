"""Makes, reads, changes and deletes what stands in front of an alias with boto3, and holds every
answer against botocore's models."""

import io
import json
import sys
import urllib.request
import zipfile

import boto3
from shapes import checked

package = io.BytesIO()
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write(sys.argv[1], "bootstrap")

client = checked(boto3.client("lambda"))
client.create_function(
    FunctionName="boto",
    Runtime="provided.al2023",
    Handler="bootstrap",
    Role="arn:aws:iam::000000000000:role/boto",
    Code={"ZipFile": package.getvalue()},
    Environment={"Variables": {"KEY": "b"}},
    LoggingConfig={"LogFormat": "JSON"},
    TracingConfig={"Mode": "Active"},
    Tags={"a": "b"},
)
client.get_waiter("function_active_v2").wait(FunctionName="boto")
client.update_function_configuration(FunctionName="boto", Timeout=7)
client.get_waiter("function_updated_v2").wait(FunctionName="boto")
client.publish_version(FunctionName="boto", Description="one")
client.update_function_code(FunctionName="boto", ZipFile=package.getvalue())
client.get_waiter("function_updated_v2").wait(FunctionName="boto")
location = client.get_function(FunctionName="boto")["Code"]["Location"]
with urllib.request.urlopen(location) as response:
    assert response.read() == package.getvalue()
client.list_functions()
assert len(client.list_versions_by_function(FunctionName="boto")["Versions"]) == 2
arn = client.create_alias(FunctionName="boto", Name="live", FunctionVersion="1")["AliasArn"]
client.update_alias(FunctionName="boto", Name="live", Description="d")
client.list_aliases(FunctionName="boto")
on_alias = {"FunctionName": "boto", "Qualifier": "live"}


def answer(url):
    with urllib.request.urlopen(url) as response:
        return response.read().decode()


def permit(statement, action="lambda:InvokeFunction", principal="*", **condition):
    client.add_permission(
        StatementId=statement, Action=action, Principal=principal, **on_alias, **condition
    )


# Tags.
function = arn.rsplit(":", 1)[0]
client.tag_resource(Resource=function, Tags={"c": "d", "e": "f"})
client.untag_resource(Resource=function, TagKeys=["a", "e"])
assert client.list_tags(Resource=function)["Tags"] == {"c": "d"}
try:
    client.list_tags(Resource=arn)
except client.exceptions.InvalidParameterValueException:
    pass
else:
    sys.exit("an alias had tags")

# A function URL.
url = client.create_function_url_config(AuthType="NONE", **on_alias)["FunctionUrl"]
permit("call", "lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
permit("invoke", InvokedViaFunctionUrl=True)
assert answer(url) == "Hello From Blue Deployment"
client.get_policy(**on_alias)
client.get_function_url_config(**on_alias)
cors = {"AllowOrigins": ["*"], "AllowMethods": ["GET"], "MaxAge": 5}
client.update_function_url_config(
    AuthType="AWS_IAM", InvokeMode="RESPONSE_STREAM", Cors=cors, **on_alias
)
assert client.get_function_url_config(**on_alias)["Cors"] == cors
assert len(client.list_function_url_configs(FunctionName="boto")["FunctionUrlConfigs"]) == 1
client.delete_function_url_config(**on_alias)
client.remove_permission(StatementId="call", **on_alias)
client.remove_permission(StatementId="invoke", **on_alias)

# Concurrency.
client.put_function_concurrency(FunctionName="boto", ReservedConcurrentExecutions=5)
assert client.get_function_concurrency(FunctionName="boto")["ReservedConcurrentExecutions"] == 5
client.put_provisioned_concurrency_config(ProvisionedConcurrentExecutions=2, **on_alias)
client.get_provisioned_concurrency_config(**on_alias)
configs = client.list_provisioned_concurrency_configs(FunctionName="boto")
assert configs["ProvisionedConcurrencyConfigs"][0]["FunctionArn"] == arn, configs
client.delete_provisioned_concurrency_config(**on_alias)
client.delete_function_concurrency(FunctionName="boto")
assert client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000

# Events, and an answer as a stream.
client.put_function_event_invoke_config(MaximumRetryAttempts=1, **on_alias)
client.update_function_event_invoke_config(MaximumEventAgeInSeconds=60, **on_alias)
destinations = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:queue"}}
client.update_function_event_invoke_config(DestinationConfig=destinations, **on_alias)
assert client.get_function_event_invoke_config(**on_alias)["MaximumRetryAttempts"] == 1
configs = client.list_function_event_invoke_configs(FunctionName="boto")
assert configs["FunctionEventInvokeConfigs"][0]["FunctionArn"] == arn, configs
client.delete_function_event_invoke_config(**on_alias)
assert client.invoke(InvocationType="Event", Payload=b"{}", **on_alias)["StatusCode"] == 202
assert client.invoke_async(FunctionName="boto", InvokeArgs=b"{}")["Status"] == 202
with open("functions/events/http-api.json", "rb") as file:
    event = file.read()
streamed = client.invoke_with_response_stream(Payload=event, LogType="Tail", **on_alias)
assert streamed["ExecutedVersion"] == "1", streamed
*chunks, complete = streamed["EventStream"]
answered = b"".join(chunk["PayloadChunk"]["Payload"] for chunk in chunks)
assert json.loads(answered)["body"] == "Hello From Blue Deployment", answered
assert "LogResult" in complete["InvokeComplete"], complete
streamed = client.invoke_with_response_stream(Payload=b"1", **on_alias)
(complete,) = streamed["EventStream"]
assert complete["InvokeComplete"]["ErrorCode"], complete

# A REST API.
rest = checked(boto3.client("apigateway"))
made = rest.create_rest_api(name="boto", description="d", tags={"a": "b"})
api, root = made["id"], made["rootResourceId"]
pets = rest.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
method = {"restApiId": api, "resourceId": pets, "httpMethod": "GET"}
rest.put_method(authorizationType="NONE", **method)
uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
rest.put_integration(type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, **method)
rest.get_method(**method)
rest.get_integration(**method)
rest.update_integration(
    patchOperations=[{"op": "replace", "path": "/timeoutInMillis", "value": "9000"}], **method
)
deployment = rest.create_deployment(restApiId=api, description="first")["id"]
rest.create_stage(restApiId=api, stageName="prod", deploymentId=deployment, variables={"a": "b"})
another = rest.create_deployment(restApiId=api)["id"]
rest.update_stage(
    restApiId=api,
    stageName="prod",
    patchOperations=[{"op": "replace", "path": "/deploymentId", "value": another}],
)
rest.get_stage(restApiId=api, stageName="prod")
assert len(rest.get_stages(restApiId=api)["item"]) == 1
assert len(rest.get_deployments(restApiId=api)["items"]) == 2
assert len(rest.get_resources(restApiId=api, embed=["methods"])["items"]) == 2
rest.get_resource(restApiId=api, resourceId=pets)
source = f"arn:aws:execute-api:us-east-1:000000000000:{api}/*/GET/pets"
permit("rest", principal="apigateway.amazonaws.com", SourceArn=source)
endpoint = f"{client.meta.endpoint_url}/_aws/execute-api/{api}/prod/pets"
assert answer(endpoint) == "Hello From Blue Deployment"
tested = rest.test_invoke_method(
    pathWithQueryString="/pets?a=1", body="b", headers={"x": "y"}, **method
)
assert tested["status"] == 200 and "Successfully" in tested["log"], tested
rest.update_rest_api(
    restApiId=api, patchOperations=[{"op": "replace", "path": "/name", "value": "other"}]
)
rest.get_deployment(restApiId=api, deploymentId=another)
rest.delete_deployment(restApiId=api, deploymentId=deployment)
assert len(rest.get_rest_apis()["items"]) == 1
rest.get_rest_api(restApiId=api)
rest.delete_integration(**method)
rest.delete_method(**method)
rest.delete_resource(restApiId=api, resourceId=pets)
rest.delete_stage(restApiId=api, stageName="prod")
rest.delete_rest_api(restApiId=api)

# An HTTP API, part by part.
http = checked(boto3.client("apigatewayv2"))
api = http.create_api(Name="boto", ProtocolType="HTTP", Tags={"a": "b"})["ApiId"]
integration = http.create_integration(
    ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
)["IntegrationId"]
target = f"integrations/{integration}"
route = http.create_route(ApiId=api, RouteKey="GET /pets", Target=target)["RouteId"]
http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
permit(
    "http",
    principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api}/*",
)
found = http.get_api(ApiId=api)
assert answer(found["ApiEndpoint"] + "/pets") == "Hello From Blue Deployment"
cors = {"AllowOrigins": ["*"], "MaxAge": 5}
assert http.update_api(ApiId=api, CorsConfiguration=cors)["CorsConfiguration"] == cors
http.delete_cors_configuration(ApiId=api)
http.update_route(ApiId=api, RouteId=route, RouteKey="GET /dogs")
http.create_stage(ApiId=api, StageName="v1")
deployment = http.create_deployment(ApiId=api, StageName="v1", Description="d")["DeploymentId"]
http.get_deployment(ApiId=api, DeploymentId=deployment)
assert len(http.get_deployments(ApiId=api)["Items"]) == 1
assert answer(found["ApiEndpoint"] + "/v1/dogs") == "Hello From Blue Deployment"
http.update_stage(ApiId=api, StageName="v1", AutoDeploy=True, StageVariables={"a": "b"})
http.delete_stage(ApiId=api, StageName="v1")
arn_of_api = f"arn:aws:apigateway:us-east-1::/apis/{api}"
http.tag_resource(ResourceArn=arn_of_api, Tags={"c": "d"})
http.untag_resource(ResourceArn=arn_of_api, TagKeys=["a"])
assert http.get_tags(ResourceArn=arn_of_api)["Tags"] == {"c": "d"}
http.update_integration(ApiId=api, IntegrationId=integration, TimeoutInMillis=9000)
http.get_integration(ApiId=api, IntegrationId=integration)
http.get_route(ApiId=api, RouteId=route)
http.get_stage(ApiId=api, StageName="$default")
for items in [
    http.get_apis(),
    http.get_integrations(ApiId=api),
    http.get_routes(ApiId=api),
    http.get_stages(ApiId=api),
]:
    assert len(items["Items"]) == 1, items
http.delete_route(ApiId=api, RouteId=route)
http.delete_integration(ApiId=api, IntegrationId=integration)
http.delete_stage(ApiId=api, StageName="$default")
http.delete_api(ApiId=api)

client.delete_alias(FunctionName="boto", Name="live")
client.delete_function(FunctionName="boto", Qualifier="1")
client.delete_function(FunctionName="boto")
print("boto3 is content")
