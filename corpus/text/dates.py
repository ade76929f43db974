"""Months and years, as parts of regular expressions."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH = "|".join(MONTHS)
MONTH_START = "|".join(month[:3] for month in MONTHS)
YEAR = r"(?:19|20)\d\d"
