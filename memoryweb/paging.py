"""Long lists shown part by part: which part an address asks for, and where it goes on."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

PAGE_ROWS = 30
MOST_ROWS = 300  # on one page; then a link goes on to the next one
MOST_SKIPPED = 10**9


@dataclass(frozen=True, slots=True)
class Part:
    """`rows` of a list, after `skip` of them."""

    rows: int = PAGE_ROWS
    skip: int = 0

    def url(self, path: str) -> str:
        """The address that shows this part."""
        said = {name: value for name, value, standard in self._values() if value != standard}
        return f"{path}?{urlencode(said)}" if said else path

    def more(self) -> "Part":
        """This part and the next rows; where the page would grow too long, those after it alone."""
        if self.rows + PAGE_ROWS <= MOST_ROWS:
            return Part(self.rows + PAGE_ROWS, self.skip)
        return Part(skip=self.skip + self.rows)

    @property
    def end(self) -> int:
        """How many rows of the list there are up to the last one of this part."""
        return self.skip + self.rows

    def _values(self) -> tuple[tuple[str, int, int], ...]:
        return ("skip", self.skip, 0), ("rows", self.rows, PAGE_ROWS)


def _whole(least: int, most: int) -> dict[str, str]:
    """What a field of whole numbers says of anything else."""
    return dict.fromkeys(("invalid", "min_value", "max_value"), f"Give a whole number from {least} to {most:,}, or leave it out.")


class PartForm(forms.Form):
    """Reads a Part from an address; each error names the field and the remedy."""

    rows = forms.IntegerField(required=False, min_value=1, max_value=MOST_ROWS, error_messages=_whole(1, MOST_ROWS))
    skip = forms.IntegerField(required=False, min_value=0, max_value=MOST_SKIPPED, error_messages=_whole(0, MOST_SKIPPED))

    @classmethod
    def read(cls, query: QueryDict) -> tuple[Part, dict[str, str]]:
        """The part that `query` asks for, and an error by field for what cannot be read."""
        form = cls(query)
        form.is_valid()
        values = {name: value for name, value in form.cleaned_data.items() if value is not None}
        return Part(**values), {name: str(errors[0]) for name, errors in form.errors.items()}
