FROM python:3.11-slim-bookworm

# what requirements.lock names and nothing else, byte-compiled once for all the short processes
WORKDIR /opt/waypost
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --target /opt/uv uv==0.13.9 \
    && /opt/uv/bin/uv venv /opt/waypost/.venv \
    && /opt/uv/bin/uv pip sync --no-cache --compile-bytecode --require-hashes requirements.lock

COPY . .
RUN /opt/uv/bin/uv pip install --no-cache --no-deps --no-build-isolation -e . \
    && useradd --create-home --uid 1000 waypost \
    && mkdir --parents /data /opt/airflow \
    && chown waypost:waypost /data /opt/airflow

ENV PATH=/opt/waypost/.venv/bin:$PATH \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/waypost/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    WAYPOST_HOME=/data \
    DO_NOT_TRACK=1 \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    GX_ANALYTICS_ENABLED=false

USER 1000
CMD ["waypost", "--help"]
