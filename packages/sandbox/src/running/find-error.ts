import type { SandboxLanguage, SourceError } from "../sandbox.ts";

/**
 * Where in the person's own files a program failed, from the end of its standard error; undefined: it does not say.
 * Python: the last frame in /data/work or a cell. Node: the first one. Shells: `main.sh: line 3: ...`.
 */
export function findError(language: SandboxLanguage, stderr: string): SourceError | undefined {
  // oxlint-disable-next-line no-control-regex
  const text = stderr.replace(/\u001b\[[0-9;:]*m/g, "");
  switch (language) {
    case "python":
      return pythonError(text);
    case "javascript":
    case "typescript":
      return nodeError(text);
    case "shell":
      return shellError(text);
  }
}

function pythonError(text: string): SourceError | undefined {
  const frames = [...text.matchAll(/^ *File "(?:\/data\/work\/)?((?!\/|<frozen|<string)[^"\n]+)", line (\d+)/gm)];
  const frame = frames.at(-1);
  if (frame === undefined) return undefined;
  const last = [
    ...text
      .slice(frame.index)
      .matchAll(/^(?! )(?:[\w.]+(?:Error|Exception|Exit|Interrupt|Warning)|[A-Za-z_][\w.]*)(?::.*)?$/gm),
  ].at(-1);
  return { file: frame[1] ?? "", line: Number(frame[2]), message: last?.[0].slice(0, 500) ?? "The program failed." };
}

function nodeError(text: string): SourceError | undefined {
  const place =
    /(?:file:\/\/)?\/data\/work\/((?!node_modules\/)[^\s:()]+):(\d+)/.exec(text) ?? /(<cell[ -]\d+>):(\d+)/.exec(text);
  if (place === null) return undefined;
  const message =
    /^(?:Uncaught )?((?:[A-Z]\w*)?(?:Error|Exception)\b.*)$/m.exec(text)?.[1] ?? /^Uncaught (.*)$/m.exec(text)?.[1];
  return { file: place[1] ?? "", line: Number(place[2]), message: message?.slice(0, 500) ?? "The program failed." };
}

function shellError(text: string): SourceError | undefined {
  const place = [...text.matchAll(/^(?:\/data\/work\/)?([^\s:][^:\n]*): (?:line )?(\d+): (.*)$/gm)].at(-1);
  if (place === undefined) return undefined;
  return { file: place[1] ?? "", line: Number(place[2]), message: place[3]?.slice(0, 500) ?? "" };
}
