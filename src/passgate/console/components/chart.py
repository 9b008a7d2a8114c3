"""Charts, in the colours of the theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nicegui.elements.echart
from nicegui.element import Element

from passgate.console.components.label import called

_AXIS = "var(--text-3)"
_GRID = "var(--border)"
BRAND, GREEN, AMBER, RED = "var(--chart-1)", "var(--chart-2)", "var(--chart-3)", "var(--chart-4)"
_ECHARTS = str(Path(nicegui.elements.echart.__file__).parent / "dist")
_TOOLTIP: dict[str, Any] = {
    "trigger": "axis",
    "backgroundColor": "var(--surface)",
    "borderColor": "var(--border)",
    "textStyle": {"color": "var(--text)", "fontSize": 12, "fontFamily": "Inter"},
    "extraCssText": "box-shadow: var(--shadow-2); border-radius: 8px;",
    "axisPointer": {"type": "line", "lineStyle": {"color": _AXIS, "width": 1, "type": "dashed"}},
    "confine": True,
}


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of figures and its colour."""

    name: str
    values: Sequence[float]
    color: str = BRAND


class Chart(Element, component="chart.js", esm={"nicegui-echart": _ECHARTS}):
    """A chart of Apache ECharts, as that comes with NiceGUI; its own element forgets that a page may be left early."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        self._props["options"] = options


def bar_chart(labels: Sequence[str], series: Sequence[Series], *, label: str) -> Chart:
    """Stacked bars over time."""
    options = _options(labels, series)
    options["series"] = [
        {
            "name": row.name,
            "type": "bar",
            "stack": "all",
            "data": list(row.values),
            "barMaxWidth": 18,
            "barCategoryGap": "28%",
            "itemStyle": {"color": row.color, "borderRadius": [2, 2, 0, 0]},
        }
        for row in series
    ]
    return _made(options, label)


def area_chart(labels: Sequence[str], series: Sequence[Series], *, label: str, unit: str = "") -> Chart:
    """Lines over a faint ground."""
    options = _options(labels, series)
    options["series"] = [_line(row, filled=True) for row in series]
    if unit:
        options["yAxis"]["axisLabel"] = {**options["yAxis"]["axisLabel"], "formatter": unit + "{value}"}
    return _made(options, label)


def sparkline(values: Sequence[float], color: str = BRAND) -> Chart:
    """A line without axes, as decoration beside its figure."""
    options = {
        "animation": False,
        "grid": {"left": 1, "right": 1, "top": 4, "bottom": 2},
        "xAxis": {"type": "category", "show": False, "boundaryGap": False, "data": list(range(len(values)))},
        "yAxis": {"type": "value", "show": False, "min": 0},
        "series": [_line(Series("", values, color), filled=True)],
    }
    return Chart(options).classes("pg-spark").props('aria-hidden="true"')


def _line(row: Series, *, filled: bool) -> dict[str, Any]:
    return {
        "name": row.name,
        "type": "line",
        "data": list(row.values),
        "showSymbol": False,
        "smooth": 0.25,
        "smoothMonotone": "x",
        "lineStyle": {"width": 1.8, "color": row.color},
        "itemStyle": {"color": row.color},
        "areaStyle": {"color": row.color, "opacity": 0.1} if filled else None,
    }


def _options(labels: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    axis_label = {"color": _AXIS, "fontSize": 11, "fontFamily": "Inter", "hideOverlap": True}
    legend = {"show": len(series) > 1, "right": 0, "top": 0, "icon": "roundRect", "itemWidth": 9, "itemHeight": 9}
    return {
        "animationDuration": 250,
        "grid": {"left": 4, "right": 8, "top": 30 if len(series) > 1 else 12, "bottom": 2, "containLabel": True},
        "legend": {**legend, "textStyle": {"color": _AXIS, "fontSize": 12, "fontFamily": "Inter"}},
        "tooltip": _TOOLTIP,
        "xAxis": {
            "type": "category",
            "data": list(labels),
            "axisLine": {"lineStyle": {"color": _GRID}},
            "axisTick": {"show": False},
            "axisLabel": axis_label,
        },
        "yAxis": {
            "type": "value",
            "minInterval": 1 if all(isinstance(value, int) for row in series for value in row.values) else 0,
            "splitNumber": 4,
            "splitLine": {"lineStyle": {"color": _GRID}},
            "axisLabel": axis_label,
        },
    }


def _made(options: dict[str, Any], label: str) -> Chart:
    return called(label, Chart(options).classes("pg-chart").props('role="img"'))
