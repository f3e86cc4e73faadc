import pytest
from support import events as make
from support.diagnoses import diagnosis
from support.runs import record

from dashboard.charts.missing_classes import curves
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Snapshot

RUN = "20260101-000000-aaaa"
SNAPSHOT = Snapshot(epoch=1, arrays=None, learners=diagnosis(missing=[3]))


@pytest.fixture
def left_out(store):
    events = make.whole_run()
    events[0] = make.started(epochs=1, drop_classes="3")
    record(store, RUN, [*events[:-1], SNAPSHOT, events[-1]], RunConfig(drop_classes="3"))


def said(app):
    return " ".join(text.value for text in app.markdown)


@pytest.mark.usefixtures("left_out")
def test_the_errors_are_told_at_the_bias_without_one_and_where_validation_data_choose(open_page):
    app = open_page("live", run=RUN)
    app.slider(key="bias").set_value(2.5).run()

    assert not app.exception
    for curve in curves(SNAPSHOT).values():
        now, without, chosen = (curve.at(bias) for bias in (2.5, 0.0, curve.best))
        assert f"errors at bias 2.5: {now[0]}, of them on 3: {now[1]}." in said(app)
        assert f"At 0: {without[0]} and {without[1]}." in said(app)
        assert (
            f"At {curve.best:g}, chosen".replace("-", "−")
            + f" on validation data: {chosen[0]} and {chosen[1]}."
        ) in said(app)


@pytest.mark.usefixtures("left_out")
def test_the_bias_only_looks_and_is_in_the_address(open_page, hub):
    app = open_page("live", run=RUN, bias="-4.5")
    assert app.slider(key="bias").value == -4.5
    app.slider(key="bias").set_value(3.0).run()

    assert hub.sent == []
    assert app.query_params["bias"] == "3"
    assert hub.store.find(RUN).config.drop_classes == "3"


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("text", ["much", "0.3", "99"])
def test_a_bias_that_is_not_tried_is_none(open_page, text):
    assert open_page("live", run=RUN, bias=text).slider(key="bias").value == 0.0


@pytest.mark.usefixtures("left_out")
def test_in_chinese_too(open_page):
    assert "为验证集选出的" in said(open_page("live", run=RUN, lang="zh"))


def test_a_run_that_leaves_no_class_out_has_no_such_slider(open_page, store):
    record(store, RUN, make.whole_run())
    app = open_page("live", run=RUN)

    assert "bias" not in [slider.key for slider in app.slider]
