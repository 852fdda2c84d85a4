const inlineCode = /(`+)(?:(?!\1)[\s\S])*?\1(?!`)/g;

function rewrite(text: string) {
  return (
    text
      // \[ ... \] and a line of its own in $$ are displayed; the fences of remark-math stand on lines of their own.
      .replace(/^([ \t]*)\\\[([\s\S]*?)\\\][ \t]*$/gm, (_, indent: string, body: string) => display(indent, body))
      .replace(/^([ \t]*)\$\$([^\n$]+)\$\$[ \t]*$/gm, (_, indent: string, body: string) => display(indent, body))
      .replace(/\\\[([\s\S]*?)\\\]/g, (_, body: string) => `$$$$${body.trim()}$$$$`)
      .replace(/\\\(([\s\S]*?)\\\)/g, (_, body: string) => `$$$$${body.trim()}$$$$`)
      // Pandoc's rule: "$5 and $10" is money, "$x$" is maths.
      .replace(
        /(?<![\\$\w])\$(?![\s$])((?:\\.|[^$\n\\])+?)(?<![\s\\])\$(?![\d$])/g,
        (_, body: string) => `$$$$${body}$$$$`,
      )
  );
}

function display(indent: string, body: string) {
  const lines = body.trim().split("\n");
  return [`${indent}$$`, ...lines.map((line) => (line.startsWith(indent) ? line : indent + line)), `${indent}$$`].join(
    "\n",
  );
}

/**
 * Writes every way in which models write maths, `\(x\)`, `\[x\]`, `$x$`, `$$x$$`, as the one that remark-math reads
 * (two dollars), and leaves code and amounts of money alone.
 */
export function normaliseMath(source: string) {
  if (!/[$]|\\[([]/.test(source)) return source;
  let result = "";
  let from = 0;
  for (const code of source.matchAll(inlineCode)) {
    result += rewrite(source.slice(from, code.index)) + code[0];
    from = code.index + code[0].length;
  }
  return result + rewrite(source.slice(from));
}

export const hasMath = (source: string) => source.includes("$$");
