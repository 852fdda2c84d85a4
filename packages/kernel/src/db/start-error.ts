/**
 * A reason why the server cannot start, worded for the person at the terminal: what is wrong, where, and what to do.
 * The program prints its message without a stack trace and ends.
 */
export class StartError extends Error {
  override name = "StartError";
}

const fileTroubles: { pattern: RegExp; say: (folder: string) => string }[] = [
  {
    pattern: /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/,
    say: (folder) =>
      `The disk that holds ${folder} is full. Free some space and start again; nothing that was saved is lost.`,
  },
  {
    pattern: /Read-only file system|EROFS/,
    say: (folder) => `${folder} is on a read-only file system. Point DATA_DIR to a folder that can be written.`,
  },
  {
    pattern: /Permission denied|EACCES|EPERM|readonly database|unable to open database file/,
    say: (folder) =>
      `This user may not write ${folder} or something in it. Give it to the user who starts Mindmesh (chown -R), or ` +
      `point DATA_DIR to another folder.`,
  },
  {
    pattern: /ENOTDIR|EEXIST/,
    say: (folder) => `${folder} or a part of its path is a file, not a folder. Point DATA_DIR to a folder.`,
  },
];

/** What to do about the trouble with files that `text` (an error's message, a program's output) tells of, if it does. */
export function fileTroubleAdvice(text: string, folder: string): string | undefined {
  return fileTroubles.find(({ pattern }) => pattern.test(text))?.say(folder);
}
