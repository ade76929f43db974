"""GET /healthz, /readyz and /metrics."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.http.dependencies import Open, current_index
from service.observability.metrics import CONTENT_TYPE, Metrics
from service.schemas.status import Health

router = APIRouter(tags=["operate"])


@router.get("/healthz", summary="The process is alive")
async def healthz() -> Health:
    """Answers as long as the process does."""
    return Health(status="alive")


@router.get("/readyz", summary="A generation is open")
async def readyz(request: Request, open: Open) -> Health:
    """The generation in use, or 503 and why there is none.

    "degraded" with the reason in `detail`: the published one cannot be used, another is answered from.
    """
    problem = current_index(request).problem
    if problem:
        return Health(status="degraded", generation=open[0].id, detail=str(problem))
    return Health(status="ready", generation=open[0].id)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def read_metrics(request: Request) -> Response:
    """Counters and gauges in Prometheus' text format."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=CONTENT_TYPE)
