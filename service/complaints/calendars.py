"""The calendars of service/core, under the name that older code here imports."""

from service.core.calendars import Calendar, Calendars, build, of

__all__ = ["Calendar", "Calendars", "build", "of"]
