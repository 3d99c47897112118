# One file for the five programs: `docker build --build-arg SERVICE=codegen .`; compose.yaml does it for all.
ARG SERVICE=gateway

# The workspace, and uv to install from it.
FROM python:3.11-slim-bookworm AS workspace
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=/opt/glasswork
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --quiet --no-cache-dir uv==0.13.8
WORKDIR /workspace
COPY . .

# The web page, built by the Node of its own image; the gateway's build takes it as it is.
FROM node:20-bookworm-slim AS page
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --quiet --no-cache-dir uv==0.13.8
WORKDIR /workspace
COPY . .
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache/uv \
    /opt/uv/bin/uv build --quiet --package glasswork-gateway --wheel --out-dir /tmp/wheels

FROM workspace AS parts-codegen
ENV PARTS="--package glasswork-codegen --package glasswork-core"
FROM workspace AS parts-executor
ENV PARTS="--package glasswork-executor --package glasswork-core"
FROM workspace AS parts-trainer
ENV PARTS="--package glasswork-trainer --package glasswork-core"
FROM workspace AS parts-registry
ENV PARTS="--package glasswork-registry --extra postgresql"
FROM workspace AS parts-gateway
ENV PARTS="--package glasswork-gateway"
COPY --from=page /workspace/gateway/src/glasswork_gateway/_ui gateway/src/glasswork_gateway/_ui

FROM parts-${SERVICE} AS build
ARG SERVICE
RUN --mount=type=cache,target=/root/.cache/uv \
    /opt/uv/bin/uv sync --quiet --no-dev --no-editable --python python3 $PARTS
# Plugins of this deployment: the file is a pip requirements file, empty as it comes.
ARG PLUGINS=deploy/plugins.txt
# TensorFlow with CUDA in the place of the one for processors alone: compose.gpu.yaml sets it.
ARG TENSORFLOW=
RUN --mount=type=cache,target=/root/.cache/uv \
    case "$SERVICE" in codegen|executor|trainer) \
      /opt/uv/bin/uv pip freeze --python /opt/glasswork --exclude-editable | grep == > /tmp/pins.txt && \
      /opt/uv/bin/uv pip install --quiet --python /opt/glasswork --constraints /tmp/pins.txt --requirements "$PLUGINS" ;; \
    esac; \
    if [ -n "$TENSORFLOW" ]; then \
      /opt/uv/bin/uv pip uninstall --quiet --python /opt/glasswork tensorflow-cpu && \
      /opt/uv/bin/uv pip install --quiet --python /opt/glasswork "$TENSORFLOW"; \
    fi

FROM python:3.11-slim-bookworm AS base-codegen
FROM python:3.11-slim-bookworm AS base-executor
FROM python:3.11-slim-bookworm AS base-trainer
FROM python:3.11-slim-bookworm AS base-gateway
FROM python:3.11-slim-bookworm AS base-registry
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*

FROM base-${SERVICE}
ARG SERVICE
# Any user may run the image who is in group 0; what they write to belongs to that group.
RUN install -d -m 0775 -o 10001 -g 0 /var/lib/glasswork /var/lib/glasswork-datasets /run/glasswork /run/glasswork-database
COPY --from=build /opt/glasswork /opt/glasswork
ENV PATH=/opt/glasswork/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    GLASSWORK_SERVICE=${SERVICE} \
    GLASSWORK_DATA_DIR=/var/lib/glasswork \
    GLASSWORK_DATASETS_DIR=/var/lib/glasswork-datasets \
    GLASSWORK_SECRET_FILE=/run/glasswork/secret
USER 10001:0
WORKDIR /var/lib/glasswork
CMD ["sh", "-c", "exec python -m glasswork_$GLASSWORK_SERVICE"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "glasswork_servicekit.probe"]
