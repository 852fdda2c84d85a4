import { useState } from "react";
import { CodeEditor } from "../code/editor/code-editor.tsx";
import { DataGrid } from "../code/output/data-grid.tsx";
import { Figure } from "../code/output/figure.tsx";
import { OutputText } from "../code/output/output-text.tsx";
import { readCsv } from "../code/output/read-csv.ts";
import { Section } from "./section.tsx";

const python = `import math

class Circle:
    """A round thing."""
    def __init__(self, radius: float):
        self.radius = radius

    def area(self) -> float:
        return math.pi * self.radius ** 2  # in square metres

total = sum(Circle(r).area() for r in range(10))
print(f"total: {total:.2f}", 1 / 0)
`;

const printed =
  "Reading \u001B[1m/data/files/sales.csv\u001B[0m\n\u001B[32mok\u001B[0m  12 rows\n 10%\r 50%\r100%\n\u001B[33mwarning:\u001B[0m two rows had no price\n";

const csv = `city,people,founded,"said, by some"\n${[
  ["Berlin", "3,645,000", "1237", "poor but sexy"],
  ["Hamburg", "1,841,000", "808", ""],
  ["Köln", "1,086,000", "-38", 'a ""feeling""'],
]
  .map((cells) => cells.map((cell) => `"${cell}"`).join(","))
  .join(
    "\n",
  )}\n${Array.from({ length: 3000 }, (_, row) => `Town ${row},${(row * 7919) % 5000},${1200 + (row % 700)},`).join("\n")}`;

const frame = `<div><style>body { display: none }</style><script>document.title = "owned"</script><table border="1" class="dataframe"><thead>
<tr style="text-align: right;"><th></th><th>price</th><th>sold</th></tr></thead><tbody>
<tr><th>0</th><td>12.5</td><td onclick="alert(1)">3</td></tr><tr><th>1</th><td>9.0</td><td><img src="x" onerror="alert(1)">40</td></tr></tbody></table><p>2 rows × 2 columns</p></div>`;

const plot = `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="240" viewBox="0 0 420 240"><path d="M30 10v200h380" fill="none" stroke="#555"/><path d="M30 200 C 120 20 220 260 400 30" fill="none" stroke="#1f77b4" stroke-width="3"/></svg>`;

export function CodeSection() {
  const [text, setText] = useState(python);
  const [error, setError] = useState<{ line: number; message: string } | null>({
    line: 12,
    message: "ZeroDivisionError: division by zero",
  });
  return (
    <Section title="Code">
      <div className="flex flex-col gap-6">
        <div className="h-80 overflow-hidden rounded-md border border-line">
          <CodeEditor
            label="Code of main.py"
            text={python}
            revision={1}
            language="python"
            error={error}
            onChange={setText}
            onRun={() => setError(null)}
          />
        </div>
        <output className="text-xs text-muted">{text.length} characters</output>
        <div>
          <OutputText stream="stdout" text={printed} />
          <OutputText stream="stderr" text="Traceback (most recent call last): ZeroDivisionError: division by zero" />
        </div>
        <DataGrid label="cities.csv" table={readCsv(csv)} />
        <Figure mime="text/html" source={frame} number={1} />
        <Figure mime="image/svg+xml" source={`data:image/svg+xml,${encodeURIComponent(plot)}`} number={2} />
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard */}
        <section aria-label="Long output" tabIndex={0} className="max-h-60 overflow-y-auto">
          <OutputText stream="stdout" text={Array.from({ length: 1000 }, (_, line) => `line ${line}\n`).join("")} />
        </section>
        <DataGrid label="empty.csv" table={{ columns: [], rows: [] }} />
      </div>
    </Section>
  );
}
