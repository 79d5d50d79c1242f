"""Every benchmark runs, and its page is written; no test asserts how fast anything is."""

import importlib
import json

import pytest

from benchmarks import report, scaling
from benchmarks.__main__ import PARTS, main
from benchmarks.rows import Row, Sample, within


@pytest.mark.benchmarks
@pytest.mark.parametrize("part", PARTS)
def test_every_part_measures_and_explains_its_rows(part, tmp_path, capsys):
    """In its short form a part prints positive figures, has a meaning for each row, and writes no page."""
    page = report.PAGE.read_text()
    main([part, "--short", "--json", str(tmp_path / "rows.json")])
    found = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert {row["part"] for row in found} == {part}
    assert all(value > 0 for row in found for value in row["peer"]["values"])
    assert all(row["ours"]["values"] for row in found)
    printed, meanings = capsys.readouterr().out, importlib.import_module(f"benchmarks.{part}").MEANINGS
    for row in found:
        assert row["what"] in printed
        assert any(row["what"].startswith(name) for name in meanings), row["what"]
    for name in meanings:
        assert any(row["what"].startswith(name) for row in found), name
    assert report.PAGE.read_text() == page


def test_a_ratio_is_taken_within_each_round():
    """Two things measured alternately are compared round by round, so that a slow moment does not count."""
    row = Row("x", "y", Sample((1, 10, 3), "s"), "peer", Sample((2, 20, 2), "s"), reach=0.5)
    assert (row.ratio, row.reached) == (0.5, True)
    assert not within("x", "y", Sample((3,), "s"), 2).reached


def test_the_page_gets_a_section_for_each_part_between_its_marks():
    """Only the text between the two marks is replaced, also a second time; without marks it is refused."""
    text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    rows = [within("click", "to the first status", Sample((1,), "s"), 2)]
    once = report.page(text, ["A machine.", "Versions."], rows)
    assert once.startswith(f"before\n{report.BEGIN}\nA machine.\nVersions.\n\n## Click\n\nThe time from")
    assert (
        "| to the first status | 1 s | 2 s at most | 0.50x | ≤ 1x | yes |\n\n- *to the first status*:" in once
    )
    assert "to the preview*" not in once  # no row, no meaning
    assert once.endswith(f".\n{report.END}\nafter\n")
    assert report.page(once, ["A machine.", "Versions."], rows) == once
    with pytest.raises(ValueError, match="needs two lines"):
        report.page("before", [], [])


def test_the_page_of_the_benchmarks_has_each_part():
    """docs/benchmarks.md explains its columns, and has the figures of every part."""
    text = report.PAGE.read_text()
    assert "*To reach*" in text.partition(report.BEGIN)[0]
    assert [part for part in PARTS if f"\n## {part.capitalize()}\n" not in text] == []


def test_what_visitors_need_follows_from_the_figures():
    """Twice as expensive watchers need twice the pages, and polls follow the jobs."""

    def rows(cpu: float) -> list[dict[str, object]]:
        made = [
            within("watchers", "CPU of the page", Sample((cpu,), "%"), 100),
            within("start", "memory of the page", Sample((150,), "MB"), 200),
            within("watchers", "memory of a visitor", Sample((100,), "kB"), 200),
            Row("dask", "previews, 1 worker", Sample((9,), "/min"), "without", Sample((10,), "/min")),
            within("polling", "requests per job, median 283 s", Sample((60,), ""), 100),
        ]
        return [json.loads(json.dumps(row.plain())) for row in made]

    last = scaling.needs(rows(30))[-1]
    assert last == ("5000", "3", "950 MB", "10000", "31", "5000", "5000")
    assert scaling.needs(rows(60))[-1][1] == "5"
