"""How long something took or takes, as people say it."""

from dashboard.text.viewer import t


def duration_text(seconds: float) -> str:
    """Seconds below a minute, minutes below an hour, else hours and minutes."""
    if seconds < 60:
        return t("app.seconds", count=seconds)
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return t("app.hours", hours=hours, minutes=minutes)
    return t("app.minutes", count=minutes)
