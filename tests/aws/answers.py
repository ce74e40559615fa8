"""Prints what was answered beside what lambda-local answers, and writes it as JSON."""

import json
import sys

answered, known, written = sys.argv[1:]
with open(answered) as lines:
    answers = dict(line.rstrip("\n").split("\t") for line in lines)
with open(known) as file:
    known = json.load(file)
with open(written, "w") as file:
    json.dump(answers, file, indent=2)
    file.write("\n")

width = max(map(len, answers))
print(f"\n{'':{width}}  {'here':32}  lambda-local")
for question, answer in answers.items():
    of_local = known.get(question, "")
    # How long something takes is nobody's rule.
    same = " " if question.startswith("seconds") else "=" if answer == of_local else "≠"
    print(f"{question:{width}}  {answer:32}  {of_local}  {same}")
print(f"\nas JSON: {written}")
