# The program and its workers. Everything installed is named with its hash in requirements.txt.
FROM python:3.11.14-slim-bookworm AS wheel
WORKDIR /build
# The build backend is locked with the development tools.
COPY requirements-dev.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements-dev.txt
COPY pyproject.toml ./
COPY activities activities
COPY db db
COPY desk desk
COPY rules rules
COPY runtime runtime
COPY service service
COPY starters starters
COPY worker worker
COPY workflows workflows
RUN python desk/assets/install.py
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11.14-slim-bookworm
COPY requirements.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY --from=wheel /wheels /wheels
RUN pip install --no-cache-dir --no-deps --no-index /wheels/*.whl && useradd --create-home --uid 10001 firstcover
USER firstcover
WORKDIR /home/firstcover
# A volume mounted here is its user's.
RUN mkdir documents
ENV PYTHONUNBUFFERED=1 LANG=C.UTF-8
CMD ["firstcover", "worker"]
