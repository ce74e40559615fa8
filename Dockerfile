# lambda-local as a service of a CI job: docs/ci.md.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base=~0.5
WORKDIR /source
COPY . .
RUN cargo build --locked --release --package lambda-local --bin lambda-local

# Lambda's own image, and not `scratch`: functions are executables that want its C library.
FROM public.ecr.aws/lambda/provided:al2023
COPY --from=build /source/target/release/lambda-local /usr/local/bin/
EXPOSE 4566
# By the name that the service has in the network of the job, and by its address.
ENTRYPOINT ["lambda-local", "--bind", "0.0.0.0", "--allow-host", "lambda-local"]
