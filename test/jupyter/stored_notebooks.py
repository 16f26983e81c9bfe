"""The notebooks of the repository, and their outputs as text that is equal from run to run."""
import html
import json
import os
import re
import shutil

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "notebooks")

IGNORE = {"nbval-ignore-output", "ignore-output", "skip-execution", "nbval-skip"}

VIEW = "application/vnd.ray-ts.view+json"

# what differs from run to run, in the order of `ray-ts test`
VARIABLE = [
    (r"\b[dwhf][0-9a-f]{8}-t[0-9a-z]+\b", "<task>"),
    (r"\b[dwhf][0-9a-f]{8}-a[0-9a-z]+\b", "<actor>"),
    (r"\b[dwhf][0-9a-f]{8}-[0-9a-z]+\b", "<object>"),
    (r"\bpid([ =:]+)\d+", r"pid\1<pid>"),
    (r"\b\d+(\.\d+)? ?(µs|us|ms|s|min)\b", "<time>"),
    (r"\x1b\[[0-9;]*m", ""),
]


def names():
    """Paths of all notebooks below the folder."""
    found = []
    for top, _, files in os.walk(FOLDER):
        if ".ipynb_checkpoints" not in top:
            found += [os.path.relpath(os.path.join(top, name), FOLDER) for name in files if name.endswith(".ipynb")]
    assert found, f"no notebook below {FOLDER}"
    return sorted(found)


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        return json.load(f)


def copy(name, folder, with_outputs=False):
    """A copy; without outputs, so that none can be taken for one of this run, unless they are wanted."""
    notebook = read(name)
    for cell in code_cells(notebook) if not with_outputs else []:
        cell["outputs"], cell["execution_count"] = [], None
    target = os.path.join(folder, os.path.basename(name))
    with open(target, "w", encoding="utf-8") as f:
        json.dump(notebook, f)
    return target


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def may_raise(cell):
    return "raises-exception" in tags(cell)


def has_stable_outputs(cell):
    return not IGNORE & tags(cell)


def stable(text):
    text = "".join(text)
    for pattern, replacement in VARIABLE:
        text = re.sub(pattern, replacement, text)
    return text


def outputs(cell):
    """What a reader sees of the cell: kind, MIME types and text of each output."""
    seen = []
    for output in cell["outputs"]:
        kind = output["output_type"]
        if kind == "stream":
            seen.append((output["name"], stable(output["text"])))
        elif kind == "error":
            seen.append((kind, output["ename"], stable(output["evalue"])))
        else:
            seen.append((kind, sorted(output["data"]), stable(output["data"].get("text/plain", ""))))
    return seen


def visible_text(output):
    """A part of the output that every run shows."""
    if output["output_type"] == "stream":
        text = "".join(output["text"])
    elif output["output_type"] == "error":
        text = f"{output['ename']}: {output['evalue']}"
    elif "text/html" in output["data"]:
        markup = "".join(output["data"]["text/html"])
        if VIEW in output["data"]:
            # its heading stands there, its ids and times differ
            markup = re.search(r"<b>(.*?)</b>", markup).group(1)
        text = html.unescape(re.sub(r"<[^>]*>", "", markup))
    else:
        text = "".join(output["data"]["text/plain"])
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
