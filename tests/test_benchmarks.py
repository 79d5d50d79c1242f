"""Every benchmark runs, and the table is put where it belongs; how fast anything is, is not asserted."""

import json

import pytest

from benchmarks import scaling, table
from benchmarks.__main__ import PARTS, main
from benchmarks.rows import Row, Sample, within

ROWS = {
    "polling": ("requests per job, median 283 s", "p95 lag", "looks at 30 s", "CPU per 283 s job"),
    "client": ("import beyond httpx", "memory of each of 20", "mock jobs per second"),
    "download": ("2 MB to disk", "peak memory"),
    "trim": ("15 s of 1 min mp3", "peak memory", "longest beside shortest"),
    "picture": ("1 Mpx JPEG",),
    "preview": ("drawn at 480p", "set-up"),
    "click": ("to the first status", "to the preview"),
    "watchers": ("p95 age of what 5 see", "shown anything", "CPU of the page", "memory of a visitor"),
    "start": ("page answers", "memory beyond", "memory of the page"),
    "machines": ("previews, 1 worker", "previews, 2 workers"),
}


@pytest.mark.benchmarks
@pytest.mark.parametrize("part", PARTS)
def test_every_part_measures_what_it_names(part, tmp_path, capsys):
    """In its shortest form each part yields its rows, with figures above nothing, and prints its table."""
    main([part, "--short", "--json", str(tmp_path / "rows.json")])
    found = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert {row["part"] for row in found} == {part}
    for name in ROWS[part]:
        row = next(row for row in found if row["what"].startswith(name))
        assert row["ours"]["values"]
        assert all(value > 0 for value in row["peer"]["values"])
    printed = capsys.readouterr().out
    assert all(row["what"] in printed for row in found)


def test_a_ratio_is_taken_within_each_turn():
    """Two things measured in turn are compared turn by turn, so that a slow moment does not count."""
    row = Row("x", "y", Sample((1, 10, 3), "s"), "peer", Sample((2, 20, 2), "s"), reach=0.5)
    assert (row.ratio, row.reached) == (0.5, True)
    assert not within("x", "y", Sample((3,), "s"), 2).reached


def test_the_readme_gets_the_table_between_its_marks():
    """Only what lies between the two marks is replaced, also a second time; without marks nothing is."""
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    once = table.put(text, ["a machine"], [within("x", "y", Sample((1,), "s"), 2)])
    assert once.startswith(f"before\n{table.BEGIN}\na machine.\n\n| part | what |")
    assert once.endswith(f"| x | y | 1 s | 2 s at most | 0.50x | ≤ 1x | yes |\n{table.END}\nafter\n")
    assert table.put(once, ["a machine"], [within("x", "y", Sample((1,), "s"), 2)]) == once
    with pytest.raises(ValueError, match="needs two lines"):
        table.put("before", [], [])


def test_what_visitors_need_follows_from_the_figures():
    """Twice as expensive watchers need twice the pages, and polls follow the jobs."""

    def rows(cpu: float) -> list[dict[str, object]]:
        made = [
            within("watchers", "CPU of the page", Sample((cpu,), "%"), 100),
            within("start", "memory of the page", Sample((150,), "MB"), 200),
            within("watchers", "memory of a visitor", Sample((100,), "kB"), 200),
            Row("machines", "previews, 1 worker", Sample((9,), "/min"), "without", Sample((10,), "/min")),
            within("polling", "requests per job, median 283 s", Sample((60,), ""), 100),
        ]
        return [json.loads(json.dumps(row.plain())) for row in made]

    last = scaling.needs(rows(30))[-1]
    assert last == ("5000", "3", "950 MB", "10000", "31", "5000", "5000")
    assert scaling.needs(rows(60))[-1][1] == "5"
