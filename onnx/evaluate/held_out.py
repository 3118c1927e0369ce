"""Writes held-out captions with what each asks for, one JSON object a line: what `underpaint evaluate compliance` reads.

    python -m evaluate.held_out --count 100 --out assets/captions/held_out.jsonl
"""

import argparse
import json

from evaluate.captions import held_out_cases
from world.classes import LATEST


def record(case):
    """What a caption asks for: classes with counts, the relation and the colours of its objects where it names any."""
    spec = case.spec
    relations = [{"kind": r.kind, "subject": spec.objects[r.a].name, "object": spec.objects[r.b].name} for r in spec.relations]
    colours = [{"class": g.name, "colour": g.colour, "count": g.count} for g in spec.objects if g.colour]
    return {"caption": case.caption, "asked": case.asked, "relations": relations, "colours": colours}


def main():
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=0, help="version of the world")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    with open(arguments.out, "w", encoding="utf-8") as file:
        for case in held_out_cases(arguments.count, version=arguments.world):
            file.write(json.dumps(record(case)) + "\n")


if __name__ == "__main__":
    main()
