# One image for web, worker and beat. Kernels are compiled for any processor of the architecture, when built and when run.
FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/legend
COPY requirements.txt .
RUN /opt/legend/bin/pip install -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/legend/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/kernels \
    LEGEND_DATA=/data \
    LEGEND_LOG_FORMAT=json
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin legend \
    && install -d -o legend -g legend /data /opt/kernels
COPY --from=packages /opt/legend /opt/legend
WORKDIR /srv/legend
COPY manage.py ./
COPY legend legend
COPY accounts accounts
COPY patterns patterns
COPY trading trading
COPY social social
COPY templates templates
COPY static static
USER legend
# the image's sources are fixed, so one folder for its kernels is safe
RUN LEGEND_DATA=/tmp/build python manage.py warm && rm -rf /tmp/build
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "up", "--host", "0.0.0.0", "--port", "8000"]
