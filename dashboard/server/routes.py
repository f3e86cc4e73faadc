"""What the browser fetches besides the pages: scripts, charts, soft labels, answers."""

import gzip
import math
from collections.abc import Awaitable, Callable, Collection
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from dashboard.charts import (
    OF_A_COMPRESSION,
    OF_A_MOMENT,
    OF_A_RECIPE,
    OF_A_RECOGNITION,
    OF_A_REGRESSION,
    OF_A_ROBUSTNESS_TEST,
    OF_A_SEARCH,
    OF_A_SELECTION,
    OF_A_SWEEP,
    OF_AN_UTTERANCE,
    OF_ARRAYS,
    OF_CORRUPTED_IMAGES,
    OF_SEVERAL_RUNS,
    OVER_TIME,
)
from dashboard.charts.compared_runs import LEARNERS as COMPARED_LEARNERS
from dashboard.charts.compared_runs import METRICS as COMPARED_METRICS
from dashboard.charts.compared_runs import MOST, Compared
from dashboard.charts.compression_plane import BATCHES, SIZES
from dashboard.charts.parts.bins import WAYS
from dashboard.charts.parts.grid import View, coordinates_of
from dashboard.charts.robustness_curves import METRICS as ROBUSTNESS_METRICS
from dashboard.lessons.measures import Found, measured
from dashboard.say.apart import titles_apart
from dashboard.say.moment import moment
from dashboard.server.classroom import classroom, is_open
from dashboard.server.classroom.requests import class_messages, look, raise_hand, steer, vote
from dashboard.server.encoding import json_text
from dashboard.server.engine import store
from dashboard.server.questions import answer_to
from dashboard.server.run_notes import keep_note
from dashboard.server.search_figures import Figures, search_figures
from dashboard.server.shared_records import JobRecord, SharedRecord, shared_record
from dashboard.server.sharing import LASTS, cookie_name, is_shared, is_token
from dashboard.server.soft_labels import snapshot_arrays, soft_labels, start_arrays
from dashboard.server.stream import stream_of, viewers
from dashboard.server.tiers import Tier, tier_of
from dashboard.server.visitors import may, require
from dashboard.text.errors import in_all_languages, sentence
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.viewer import speaking
from kdcore.errors import UserError
from kdcore.events import SCORES, SETS
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import RUN
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.jobs.regression.record import RegressionRecord
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.sweep.record import METRICS, SweepRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord

COMPONENTS = Path(__file__).parents[1] / "components"
KINDS = {".js": "text/javascript", ".css": "text/css"}
LASTING = {"Cache-Control": "public, max-age=86400"}
FRESH = {"Cache-Control": "no-cache"}
NOT_KEPT = {"Cache-Control": "no-store"}
BINS = 15
COVERAGE = 0.9
MOST_VIEWERS = 3000
"""Connections of followers to streams of jobs; a page has one for each job that it shows."""
NOT_FOUND = ("no_such_job", "folder_damaged", "format_newer")
"""Codes of the errors that there is nothing to show."""
STATUS = {
    "not_answering": 202,
    "lecturer_only": 403,
    "class_locked": 403,
    "class_closed": 409,
    "class_other_question": 409,
    "class_too_quick": 429,
    "class_full": 503,
    "store_not_writable": 503,
}
"""By code; the first is none, and who waits asks again."""


_opening = CapacityLimiter(1)
"""The thread in which the class is read; who comes meanwhile waits without one."""
_drawing = CapacityLimiter(20)
"""Threads in which charts are drawn: a slow one, which others wait for, holds up charts alone."""


class NoChart(Exception):
    """A chart was asked for that the job does not have."""


def plotly(_: Request) -> Response:
    """The chart library of the installed package, packed."""
    headers = LASTING | {"Content-Encoding": "gzip"}
    return Response(chart_library(), media_type="text/javascript", headers=headers)


def static(request: Request) -> Response:
    """A script or style sheet of a component; whichever folder it lies in, one name is one file."""
    name = request.path_params["name"]
    path = _browser_files().get(name)
    if path is None:
        return _json_response({"error": f"no file {name}"}, 404)
    return FileResponse(path, media_type=KINDS[path.suffix], headers=FRESH)


def live(request: Request) -> Response:
    """The stream of a run or another job: ``?run=…&lang=…``, and what ``charts`` takes."""
    if not may(Tier.ACT) and viewers() >= MOST_VIEWERS:
        raise UserError("class_full", most=MOST_VIEWERS)
    job = store().find(request.query_params.get("run", ""))
    job.config  # noqa: B018  (what is damaged is said at once, nobody should wait for it)
    stream = stream_of(job.id, _language(request))
    stream.check()
    viewer, charts = _viewer(request)
    return StreamingResponse(
        stream.messages(viewer, charts),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def charts(request: Request) -> Response:
    """Which charts over time a viewer of the stream shows now: ``?run=…&viewer=…&charts=a,b``.

    Answered is whether the viewer is ``connected``; who is not says it again.
    """
    viewer, names = _viewer(request)
    stream = stream_of(_run(request), _language(request))
    return _json_response({"connected": stream.show(viewer, names)})


def figure(request: Request) -> Response:
    """A chart: ``/kd/figure/NAME?run=…&epoch=…&lang=…`` and what the chart takes."""
    name = request.path_params["name"]
    if name in OF_SEVERAL_RUNS:
        return _json_response(_compared(request, name))
    shared = shared_record(_run(request))
    studied, trials = _studied(shared) if name in OF_A_SEARCH else ({}, 0)
    asked = name, bool(studied), trials, tuple(sorted(request.query_params.items()))
    try:
        drawn = shared.drawn(
            asked, lambda record: _chart(name, record, shared.job, request, studied)
        )
    except NoChart:
        return _json_response({"error": f"no chart {name}"}, 404)
    return Response(drawn, 200, NOT_KEPT, "application/json")


def _chart(
    name: str, record: JobRecord, job: str, request: Request, studied: Figures
) -> dict[str, Any]:
    """The chart of this name.

    Raises:
        NoChart: a job of this kind has none.
        UserError: its arrays cannot be read.
    """
    spoken = words(_language(request))
    match record:
        case SweepRecord() if name in OF_A_SWEEP:
            return OF_A_SWEEP[name](record, spoken, _view(request))
        case SearchRecord() if name in OF_A_SEARCH:
            return OF_A_SEARCH[name](record, spoken, studied)
        case TeacherSelectionRecord() if name in OF_A_SELECTION:
            return OF_A_SELECTION[name](record, spoken)
        case CompressionRecord() if name in OF_A_COMPRESSION:
            return OF_A_COMPRESSION[name](record, spoken, **_compression_settings(request))
        case RobustnessRecord() if name in OF_A_ROBUSTNESS_TEST:
            return OF_A_ROBUSTNESS_TEST[name](record, spoken, metric=_metric(request))
        case RobustnessRecord() if name in OF_CORRUPTED_IMAGES:
            images = _corrupted_images(record, job, request)
            return OF_CORRUPTED_IMAGES[name](record, spoken, arrays=images)
        case RegressionRecord() if name in OF_A_REGRESSION:
            return OF_A_REGRESSION[name](record, spoken)
        case RecipeRecord() if name in OF_A_RECIPE:
            curve = request.query_params.get("curve", "")
            return OF_A_RECIPE[name](record, spoken, curve=curve)
        case RecognitionRecord() if name in OF_A_RECOGNITION:
            return OF_A_RECOGNITION[name](record, spoken)
        case RecognitionRecord() if name in OF_AN_UTTERANCE:
            return OF_AN_UTTERANCE[name](record, spoken, **_utterance_frames(record, job, request))
        case RunRecord() if name in OVER_TIME:
            return OVER_TIME[name](record, spoken)
        case RunRecord() if name in OF_ARRAYS:
            arrays = snapshot_arrays(record, job, _number(request, "epoch"))
            return OF_ARRAYS[name](record, spoken, arrays=arrays, **_chart_settings(request))
        case RunRecord() if name in OF_A_MOMENT:
            return OF_A_MOMENT[name](record, spoken, **_chart_settings(request))
    raise NoChart(name)


def moment_of_run(request: Request) -> Response:
    """Scores, sentences and the loss in numbers: ``?run=…&at=…&lang=…``, ``at`` in epochs."""
    shared = shared_record(_run(request))
    with shared.lock:
        history = shared.newest()
        if not isinstance(history, RunRecord):
            return _json_response({"error": "only a run has moments"}, 404)
        return _json_response(moment(history, words(_language(request)), _number(request, "at")))


def measures(request: Request) -> Response:
    """The figures that a lesson's cards name, as far as they are known: ``?run=…``."""
    shared = shared_record(_run(request))
    with shared.lock:
        history = shared.newest()
        if not isinstance(history, RunRecord):
            return _json_response({"error": "only a run is measured"}, 404)
        return _json_response(measured(Found(history, *start_arrays(history, shared.job))))


def soft(request: Request) -> Response:
    """Soft labels after an epoch: ``?run=…&since=…``."""
    since = _number(request, "since")
    return _json_response(soft_labels(_run(request), -1 if since is None else int(since)))


def lecturer(request: Request) -> Response:
    """Make a browser the lecturer's, and take the token out of its address."""
    given = request.path_params["token"]
    if not (is_shared() and is_token(given)):
        return PlainTextResponse(in_all_languages("lecturer_link_wrong"), 403, NOT_KEPT)
    answer = RedirectResponse("../../", 303, NOT_KEPT | {"Referrer-Policy": "no-referrer"})
    answer.set_cookie(
        cookie_name(),
        given,
        max_age=LASTS,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


async def ask(request: Request) -> Response:
    """What a run's learners say to a question: ``?run=…&lang=…``, the question as JSON."""
    if classroom().locked and not may(Tier.ACT):
        raise UserError("class_locked")
    return _json_response(await answer_to(request))


async def class_of(request: Request) -> Response:
    """The stream of the class: ``?browser=…``, what the browser calls itself."""
    return StreamingResponse(
        class_messages(request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def class_vote(request: Request) -> Response:
    """Vote: ``{browser, question, option, number}``; answered when it will not be lost."""
    return _json_response(await vote(request))


async def class_hand(request: Request) -> Response:
    """Raise or lower a hand: ``{browser, up}``."""
    return _json_response(await raise_hand(request))


async def class_look(request: Request) -> Response:
    """Where the lecturer looks: ``{place, moment, call}``, of which any may be missing."""
    return _json_response(await look(request))


async def class_steer(request: Request) -> Response:
    """What the lecturer does with the class: ``{act}`` and what it takes."""
    return _json_response(await steer(request))


async def note(request: Request) -> Response:
    """Keep or delete a note that is pinned to a moment: ``?run=…&lang=…``, the note as JSON."""
    return _json_response(await keep_note(request))


def _out_of_the_loop(answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
    limiter = _drawing if answer is figure else None

    async def route(request: Request) -> Response:
        return await to_thread.run_sync(answer, request, limiter=limiter)

    return route


def _route(
    path: str, answer: Callable[[Request], Awaitable[Response]], method: str = "GET"
) -> Route:
    """A route for who has the right to it.

    A person's mistake becomes one sentence of JSON, in the viewer's language.
    """
    tier = tier_of("routes", path)

    async def route(request: Request) -> Response:
        try:
            require(tier)
            return await answer(request)
        except UserError as error:
            status = 404 if error.code in NOT_FOUND else STATUS.get(error.code, 400)
            said = sentence(words(_language(request)), f"error.{error.code}", error.values)
            return _json_response({"error": said or str(error), "code": error.code}, status)

    return Route(f"/kd/{path}", route, methods=[method])


def _in_class(
    answer: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """For what asks for the class, which is read in a thread at first: others go on."""

    async def route(request: Request) -> Response:
        if not is_open():
            await to_thread.run_sync(classroom, limiter=_opening)
        return await answer(request)

    return route


ROUTES = [
    _route(path, _out_of_the_loop(answer))
    for path, answer in (
        ("plotly.min.js", plotly),
        ("static/{name}", static),
        ("live", live),
        ("charts", charts),
        ("figure/{name}", figure),
        ("moment", moment_of_run),
        ("measures", measures),
        ("soft", soft),
        ("lecturer/{token}", lecturer),
    )
] + [
    _route("ask", _in_class(ask), "POST"),
    _route("note", note, "POST"),
    _route("class", _in_class(class_of)),
    _route("class/vote", _in_class(class_vote), "POST"),
    _route("class/hand", _in_class(class_hand), "POST"),
    _route("class/look", _in_class(class_look), "POST"),
    _route("class/steer", _in_class(class_steer), "POST"),
]


@cache
def _browser_files() -> dict[str, Path]:
    """What is served, by name: all but what Streamlit itself hands to the browser."""
    found = [path for kind in KINDS for path in COMPONENTS.glob(f"*/*{kind}")]
    return {path.name: path for path in found if path.name != "component.js"}


@cache
def chart_library() -> bytes:
    """Plotly's script, packed."""
    library = files("plotly") / "package_data" / "plotly.min.js"
    return gzip.compress(library.read_bytes(), compresslevel=6, mtime=0)


def _json_response(values: Any, status: int = 200) -> Response:
    return Response(json_text(values), status, NOT_KEPT, "application/json")


def _run(request: Request) -> str:
    """The full id of the job asked for.

    Raises:
        UserError: there is none.
    """
    return store().find(request.query_params.get("run", "")).id


def _viewer(request: Request) -> tuple[str, frozenset[str]]:
    """Who looks, and at which charts over time."""
    asked = request.query_params
    return asked.get("viewer", ""), frozenset(asked.get("charts", "").split(",")) & OVER_TIME.keys()


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "en")
    return asked if asked in LANGUAGES else "en"


def _number(request: Request, name: str) -> float | None:
    try:
        number = float(request.query_params[name])
    except (KeyError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _studied(shared: SharedRecord) -> tuple[Figures, int]:
    """Optuna's figures of a search, and of how many of its trials they are.

    Drawing them takes seconds, in which nobody else shall wait, and the search may go on.
    """
    with shared.lock:
        record = shared.newest()
    if not isinstance(record, SearchRecord):
        return {}, 0
    return search_figures(shared.job, len(record.trials)) if record.complete else ({}, 0)


def _chart_settings(request: Request) -> dict[str, Any]:
    bins = _number(request, "bins")
    return {
        "epoch": _number(request, "epoch"),
        "bins": int(bins) if bins in WAYS else BINS,
        "bias": _number(request, "bias") or 0.0,
        "calibrated": request.query_params.get("calibrated") in ("true", "1"),
        "coverage": _number(request, "coverage") or COVERAGE,
        "sets": _one_of(request, "sets", SETS, SETS[0]),
        "score": _one_of(request, "score", SCORES, "entropy"),
    }


def _one_of(request: Request, name: str, allowed: Collection[str], usual: str) -> str:
    asked = request.query_params.get(name, "")
    return asked if asked in allowed else usual


def _compression_settings(request: Request) -> dict[str, str]:
    size, batch = request.query_params.get("size", ""), request.query_params.get("batch", "")
    return {
        "size": size if size in SIZES else next(iter(SIZES)),
        "batch": batch if batch in BATCHES else BATCHES[0],
    }


def _metric(request: Request) -> str:
    """What the curves of a robustness test show."""
    asked = request.query_params.get("metric", "")
    return asked if asked in ROBUSTNESS_METRICS else ROBUSTNESS_METRICS[0]


def _corrupted_images(record: RobustnessRecord, job: str, request: Request) -> dict[str, Any]:
    """The arrays of the corruption that is asked for; none before it is over.

    Raises:
        UserError: they cannot be read.
    """
    over = record.over.get(request.query_params.get("corruption", ""))
    return store().find(job).load_arrays(over.pictures) if over and over.pictures else {}


def _utterance_frames(record: RecognitionRecord, job: str, request: Request) -> dict[str, Any]:
    """The epoch and the utterance that are asked for, and the answers to it.

    Raises:
        UserError: they cannot be read.
    """
    epoch = record.epoch(_number(request, "epoch"))
    at = int(_number(request, "utterance") or 0)
    arrays = store().find(job).load_arrays(epoch.answers) if epoch and epoch.answers else {}
    return {"arrays": arrays, "epoch": epoch, "utterance": at}


def _compared(request: Request, name: str) -> Any:
    """A chart of the run asked for and of those in ``with``, which are separated by commas."""
    others = [text for text in request.query_params.get("with", "").split(",") if text]
    runs = [_run(request), *(store().find(text, RUN).id for text in others[: MOST - 1])]
    rows = [store().row(run) for run in runs]
    language = _language(request)
    with speaking(language):
        titles = titles_apart(rows, store().compare(*runs))
    compared = []
    for run, title in zip(runs, titles, strict=True):
        shared = shared_record(run)
        with shared.lock:  # none is held while another is waited for
            history = shared.newest()
        if isinstance(history, RunRecord):
            compared.append(Compared(title, history))
    return OF_SEVERAL_RUNS[name](
        compared,
        words(language),
        metric=_one_of(request, "metric", COMPARED_METRICS, COMPARED_METRICS[0]),
        learner=_one_of(request, "learner", COMPARED_LEARNERS, COMPARED_LEARNERS[0]),
    )


def _view(request: Request) -> View:
    """What is to be seen of a sweep."""
    asked = request.query_params
    metric = asked.get("metric", "")
    return View(
        metric=metric if metric in METRICS else "test_accuracy",
        lr=_number(request, "lr"),
        method=asked.get("method"),
        hidden=asked.get("hidden") == "true",
        guess=coordinates_of(asked.get("guess", "")),
        at=coordinates_of(asked.get("at", "")),
    )
