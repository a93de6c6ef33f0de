"""What the API says about releases and their rows."""

from marshmallow import Schema, fields, validate

from service.statistics.measures import DIMENSIONS, load

LONGEST = 200


class ReleaseSchema(Schema):
    """One version of the statistics."""

    number = fields.Integer()
    first_month = fields.String(metadata={"description": "The first month that this one added"})
    last_month = fields.String(metadata={"description": "The last month it holds"})
    rows = fields.Integer()
    withheld = fields.Integer(
        metadata={"description": "Cells of its new months that are not shown, to protect people"}
    )
    csv_sha256 = fields.String()
    json_sha256 = fields.String()
    released_at = fields.DateTime()


class ReleasesSchema(Schema):
    """Every version, the newest first."""

    licence = fields.String()
    releases = fields.List(fields.Nested(ReleaseSchema))


class RowQuerySchema(Schema):
    """Which rows to return; without any, all of them."""

    measure = fields.List(fields.String(validate=validate.Length(max=LONGEST)), load_default=list)
    by = fields.String(load_default=None, validate=validate.OneOf(load().tables))
    month = fields.String(load_default=None, validate=validate.Regexp(r"\d{4}-\d{2}\Z"))
    code = fields.String(load_default=None, validate=validate.Length(max=LONGEST))
    programme, platform, merchant, category, country = (
        fields.String(load_default=None, validate=validate.Length(max=LONGEST)) for _ in DIMENSIONS
    )
