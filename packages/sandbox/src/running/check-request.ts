import { lstat } from "node:fs/promises";
import type { RunLimits } from "../limits.ts";
import { SandboxError } from "../sandbox-error.ts";
import { type RunRequest, type SandboxLanguage, sandboxLanguages } from "../sandbox.ts";
import { deepest } from "./open-beneath.ts";

export const largestSource = 2 ** 20;
const largestInput = 16 * 2 ** 20;
const longestPath = 1024;

const standardEntries: Record<SandboxLanguage, string> = {
  python: "main.py",
  javascript: "main.js",
  typescript: "main.ts",
  shell: "main.sh",
};

export interface CheckedFile {
  path: string;
  content: Uint8Array;
}

/** The files to write before a run, the program among them. Throws `invalid_fields` or `too_large`. */
export function checkRun(request: RunRequest, limits: RunLimits): { entry: string; files: CheckedFile[] } {
  checkLanguage(request.language);
  checkSource(request.source);
  if ((request.stdin?.byteLength ?? 0) > largestInput) tooLarge(`The input is larger than ${inWords(largestInput)}.`);
  const fields: Record<string, string> = {};
  const entry = request.entryName ?? standardEntries[request.language];
  note(fields, "entryName", pathFault(entry));
  const files: CheckedFile[] = [{ path: entry, content: Buffer.from(request.source) }];
  const seen = new Set([entry]);
  if ((request.files?.length ?? 0) >= limits.files) fields["files"] = `No more than ${limits.files} files fit.`;
  for (const [index, file] of (request.files ?? []).entries()) {
    const content = Buffer.from(file.content as string);
    const fault = pathFault(file.path) ?? (seen.has(file.path) ? "There are two files of this name." : null);
    note(fields, `files.${index}.path`, fault);
    if (content.byteLength > limits.fileBytes) {
      fields[`files.${index}.content`] = `This file is larger than ${inWords(limits.fileBytes)}.`;
    }
    seen.add(file.path);
    files.push({ path: file.path, content });
  }
  note(fields, "hosts", hostsFault(request.hosts ?? []));
  if (Object.keys(fields).length > 0) throw new SandboxError("invalid_fields", { fields });
  return { entry, files };
}

export function checkLanguage(language: string): void {
  if (sandboxLanguages.some((known) => known === language)) return;
  const message = `This language is not known. There are ${sandboxLanguages.join(", ")}.`;
  throw new SandboxError("invalid_fields", { fields: { language: message } });
}

export function checkSource(source: string): void {
  if (Buffer.byteLength(source) > largestSource) tooLarge(`The program is larger than ${inWords(largestSource)}.`);
}

/** Inputs must be regular files under plain names. Throws `invalid_fields`. */
export async function checkInputs(inputs: { name: string; hostPath: string }[]): Promise<void> {
  const fields: Record<string, string> = {};
  const seen = new Set<string>();
  for (const [index, { name, hostPath }] of inputs.entries()) {
    const fault = name.includes("/") ? "A name holds no slash." : pathFault(name);
    note(fields, `inputs.${index}.name`, fault ?? (seen.has(name) ? "There are two files of this name." : null));
    seen.add(name);
    const entry = await lstat(hostPath).catch(() => null);
    if (entry?.isFile() !== true) fields[`inputs.${index}.hostPath`] = "This file is not there.";
  }
  if (Object.keys(fields).length > 0) throw new SandboxError("invalid_fields", { fields });
}

/** Null: a relative path with slashes that stays below its folder, and that any file system and screen can bear. */
export function pathFault(path: string): string | null {
  if (path === "") return "Give the file a name.";
  if (path.length > longestPath) return `A path has ${longestPath} characters at most.`;
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return "A path holds no control characters and no backslash.";
  if (!path.isWellFormed()) return "This path is not valid text.";
  const segments = path.split("/");
  if (segments.length > deepest) return `A path has ${deepest} folders at most.`;
  if (path.startsWith("/") || segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return "A path is relative and does not leave its folder.";
  }
  if (segments.some((segment) => Buffer.byteLength(segment) > 255)) return "A name has 255 bytes at most.";
  return null;
}

function hostsFault(hosts: string[]): string | null {
  const host =
    /^(?=.{1,253}(?::|$))(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d{1,5})?$/i;
  const wrong = hosts.find((name) => !host.test(name));
  return wrong === undefined ? null : "Name hosts as example.org, *.example.org or example.org:8080.";
}

function note(fields: Record<string, string>, name: string, fault: string | null): void {
  if (fault !== null) fields[name] = fault;
}

function tooLarge(message: string): never {
  throw new SandboxError("too_large", { message });
}

export function inWords(bytes: number): string {
  const gigabyte = 2 ** 30;
  if (bytes >= gigabyte) return `${Math.round((bytes / gigabyte) * 10) / 10} GB`;
  if (bytes >= 2 ** 20) return `${Math.round(bytes / 2 ** 20)} MB`;
  return `${Math.round(bytes / 1024)} kB`;
}
