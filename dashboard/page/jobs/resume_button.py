"""The button that lets a job go on."""

from dashboard.page.acting import act_button
from dashboard.page.jobs import actions
from dashboard.text.viewer import t


def resume_button(job: str, *, help: str) -> bool:
    """Draw it where the job can go on; whether there is one.

    Args:
        job: its id; ``""`` is none.
        help: what stays and what is trained, in the viewer's language.
    """
    offered = actions.can_resume(job)
    if offered:
        act_button(
            t("live.go_on"),
            key="go_on",
            icon=":material/resume:",
            help=help,
            on_click=actions.resume,
            args=(job,),
        )
    return offered
