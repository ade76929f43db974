"""Runs an answer in a worker process or a thread, until it is there or cancelled."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from index.encoders.base import Encoder
from index.generation import Index
from index.opening import OpenIndex
from service.answering.types import Answer
from service.observability.request_context import current_request
from service.serving.admission import AdmissionQueue
from service.serving.cancellation import CancellableEncoder, CancellationToken, cancellation_scope
from service.serving.tasks import Task, answer_conversation
from service.serving.worker import TaskHeader
from service.serving.worker_pool import WorkerPool

T = TypeVar("T")
Q = TypeVar("Q", bound=BaseModel)


async def answer_for(
    request: Request, index: Index, encoder: Encoder, messages: Sequence[tuple[str, str]]
) -> Answer:
    """The answer to a conversation, written into the audit log. Raises as `run_for_request`."""
    return await run_for_request(
        request, encoder, lambda cancellable: answer_conversation(index, cancellable, messages, None)
    )


async def respond(request: Request, open: OpenIndex, task: Task[Q], body: Q) -> Response:
    """The response of `task` to the body of `request`, from a worker if there is one. Raises as `run_for_request`."""
    index, encoder = open

    def in_thread(cancellable: Encoder) -> bytes:
        return task.run(index, cancellable, body).model_dump_json().encode()

    async with cancellation_scope(request) as token:
        response = await _from_worker(request, task.name, index.id, token)
        if response is None:
            response = await _run(request.app.state.queue, encoder, in_thread, token)
    return Response(response, media_type="application/json")


async def _from_worker(
    request: Request, task: str, generation: str, token: CancellationToken
) -> bytes | None:
    queue: AdmissionQueue = request.app.state.queue
    workers: WorkerPool = request.app.state.workers
    context = current_request()
    if context is None or not workers.lanes:
        return None
    with queue.admitted():
        header = TaskHeader(task, generation, context.id, context.route, context.key)
        found = await workers.run(header, await request.body(), token)
    if found is None:
        return None
    result, response = found
    context.audited = result.audited
    context.statuses += result.statuses
    return response


async def run_for_request(request: Request, encoder: Encoder, work: Callable[[Encoder], T]) -> T:
    """Run `work` with `encoder` in a thread of the queue.

    Raises BusyError if the queue is full or the time is over, and ClientDisconnect if the client disconnects first.
    """
    async with cancellation_scope(request) as token:
        return await _run(request.app.state.queue, encoder, work, token)


async def run_with_deadline(queue: AdmissionQueue, encoder: Encoder, work: Callable[[Encoder], T]) -> T:
    """Run `work` without a client that could disconnect. Raises BusyError as `run_for_request`."""
    async with cancellation_scope() as token:
        return await _run(queue, encoder, work, token)


async def _run(
    queue: AdmissionQueue, encoder: Encoder, work: Callable[[Encoder], T], token: CancellationToken
) -> T:
    return await queue.run(partial(work, CancellableEncoder(encoder, token)))
