"""The colours of charts: exactly the ones that the stylesheet re-colours in dark mode."""

MAIN, SECOND, ATTENTION, OPEN = "#0b5c78", "#5b9ab0", "#c27806", "#cf3f4d"
DONE, UNDER_WAY, NOT_BEGUN = "#2f9460", "#4a7fc9", "#84909f"  # in the coverage bar only
TEXT, AXIS, GRID, GAP = "#17212d", "#5b6878", "#e1e6eb", "#ffffff"
