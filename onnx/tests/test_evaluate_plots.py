"""Plots are drawn from the figures that evaluate writes."""

import pytest

pytest.importorskip("matplotlib")

from evaluate import plots


def test_a_panel_for_sizes_trials_and_classes():
    row = [[0.2, 5], [0.5, 9], [0.7, 8], [0.9, 3], [None, 0]]  # null where there was none to measure
    silhouette = {"by_size": dict.fromkeys(("drawn", "autoencoder", "renders"), row), "by_class": {"dog": [0.4, 10], "sun": [0.9, 2]}, "renders": 0.98}
    sheet = plots.draw({"silhouette": silhouette, "trials": {"within": {"0.7": [0.5, 0.9], "0.8": [0.4, 0.8], "1.0": [0.1, 0.3]}}})
    sizes, trials, classes = sheet.axes
    assert [len(line.get_ydata()) for line in sizes.lines] == [5, 5, 5]
    assert list(trials.lines[2].get_ydata()) == [0.1, 0.3] and trials.get_legend().get_texts()[2].get_text() == "all that is asked for"
    assert [bar.get_height() for bar in classes.patches] == [0.9, 0.4]
