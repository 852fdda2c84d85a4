/** Ready-made answers for looking at a page: one of everything Markdown can hold, and one that tries to break in. */
export const SAMPLES = {
  markdown: `# Everything at once

A paragraph with **bold**, *italic*, \`code\`, ~~struck~~ and [a link](https://example.com/).

1. first
2. second
   - nested

- [x] done
- [ ] open

| city | people | share |
| :--- | -----: | :---: |
| Lyon | 522,250 | 18 % |
| Lille | 236,710 | 8 % |

\`\`\`ts
export function add(left: number, right: number): number {
  return left + right; // plain
}
\`\`\`

\`\`\`python
print("hello", 2 ** 10)
\`\`\`

Inline $e^{i\\pi} + 1 = 0$ and a display:

$$
\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}
$$

\`\`\`mermaid
graph LR
  A[Question] --> B{Model?}
  B -->|yes| C[Answer]
  B -->|no| D[Say so]
\`\`\`

> A quotation, with 日本語, العربية and 👩‍👩‍👧‍👦.
`,
  hostile: `Some text <script>window.pwned = 1</script> and <img src=x onerror="window.pwned = 2">

[a link](javascript:window.pwned=3) and [data](data:text/html,<script>window.pwned=4</script>)

<svg onload="window.pwned = 5"><script>window.pwned = 6</script></svg>
<iframe src="javascript:window.pwned=7"></iframe>
<style>body { display: none }</style>
<form action="https://example.com/"><input name="password"></form>

\`\`\`mermaid
graph LR
  A["<img src=x onerror=window.pwned=8>"] --> B
  click A "javascript:window.pwned=9"
\`\`\`

$\\href{javascript:window.pwned=10}{x}$

The end of the hostile sample.
`,
} as const;
