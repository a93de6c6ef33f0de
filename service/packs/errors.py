"""What can be wrong with a pack."""

from service.core.errors import InvalidInput


class PackError(InvalidInput):
    """A pack cannot be taken; `where` names the part of the file, such as `sections[2].length`."""

    title = "The pack cannot be taken"

    def __init__(self, what: str, where: str) -> None:
        super().__init__(what, where=where)
