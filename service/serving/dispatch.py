"""Answers in a worker or a thread, for as long as the client waits."""

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
from service.serving.cancellation import CancellableEncoder, CancellationToken, cancelled_with
from service.serving.tasks import Task, answer_conversation
from service.serving.worker import TaskHeader
from service.serving.worker_pool import WorkerPool

T = TypeVar("T")
Q = TypeVar("Q", bound=BaseModel)


async def answer_for(
    request: Request, index: Index, encoder: Encoder, messages: Sequence[tuple[str, str]]
) -> Answer:
    """As `answer`, when it is the client's turn and while it waits; written into the audit log before it is given."""
    return await in_line(
        request, encoder, lambda watched: answer_conversation(index, watched, messages, None)
    )


async def respond(request: Request, open: OpenIndex, task: Task[Q], asked: Q) -> Response:
    """The response of `task`, by a worker where there is one; `asked` is what `request` has sent.

    Raises as `in_line`.
    """
    index, encoder = open

    def here(watched: Encoder) -> bytes:
        return task.run(index, watched, asked).model_dump_json().encode()

    async with cancelled_with(request) as answer:
        response = await _by_worker(request, task.name, index.id, answer)
        if response is None:
            response = await _in_turn(request.app.state.line, encoder, here, answer)
    return Response(response, media_type="application/json")


async def _by_worker(request: Request, task: str, generation: str, answer: CancellationToken) -> bytes | None:
    line: AdmissionQueue = request.app.state.line
    workers: WorkerPool = request.app.state.workers
    call = current_request()
    if call is None or not workers.lanes:
        return None
    with line.place():
        asked = TaskHeader(task, generation, call.id, call.route, call.key)
        given = await workers.do(asked, await request.body(), answer)
    if given is None:
        return None
    done, response = given
    call.audited = done.audited
    call.statuses += done.statuses
    return response


async def in_line(request: Request, encoder: Encoder, work: Callable[[Encoder], T]) -> T:
    """`work` with `encoder`, in a thread and in its turn, for as long as the client of `request` waits.

    Raises `BusyError` where the line is too long or the answer is not there in time, and `ClientDisconnect` when the client
    goes first: what has not begun does not begin, what has stops.
    """
    async with cancelled_with(request) as answer:
        return await _in_turn(request.app.state.line, encoder, work, answer)


async def in_time(line: AdmissionQueue, encoder: Encoder, work: Callable[[Encoder], T]) -> T:
    """As `in_line`, where nobody can go."""
    async with cancelled_with() as answer:
        return await _in_turn(line, encoder, work, answer)


async def _in_turn(
    line: AdmissionQueue, encoder: Encoder, work: Callable[[Encoder], T], answer: CancellationToken
) -> T:
    return await line.run(partial(work, CancellableEncoder(encoder, answer)))
