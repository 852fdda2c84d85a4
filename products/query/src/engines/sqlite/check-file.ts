import { open, stat } from "node:fs/promises";
import { ConnectionFailure } from "../engine.ts";

const magic = "SQLite format 3\0";

/**
 * Looks at the header of a SQLite file (https://www.sqlite.org/fileformat.html, section 1.3), for words where SQLite itself has
 * only "file is not a database".
 * @returns warnings
 * @throws ConnectionFailure
 */
export async function checkSqliteFile(path: string): Promise<string[]> {
  const { size } = await stat(path);
  if (size === 0) throw new ConnectionFailure("file", "The file is empty: it holds no database yet.");
  const header = await beginningOf(path, 100);
  if (!header.toString("latin1").startsWith(magic)) throw new ConnectionFailure("file", whatElse(header));
  if (header.length < 100)
    throw new ConnectionFailure("file", "The file breaks off within its header. Upload it again.");
  // 1 stands for 65,536, which has no room in two bytes.
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  // The count of pages holds when it was written by the same change as the change counter.
  const isCounted = header.readUInt32BE(24) === header.readUInt32BE(92);
  const missing = pages * pageSize - size;
  if (isCounted && missing > 0) {
    throw new ConnectionFailure(
      "file",
      `The file is cut off: it should have ${(pages * pageSize).toLocaleString("en")} bytes and ` +
        `${missing.toLocaleString("en")} are missing. Upload it again, whole.`,
    );
  }
  const isWal = header[18] === 2 || header[19] === 2;
  return isWal
    ? [
        "The database is in WAL mode. What was still in its -wal file when this file was copied is not in it: run " +
          "PRAGMA wal_checkpoint(TRUNCATE) where it is used, then upload it, to have everything.",
      ]
    : [];
}

async function beginningOf(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function whatElse(header: Buffer): string {
  const text = header.toString("latin1");
  if (text.slice(8, 12) === "DUCK") return "This is a DuckDB database. Add it as a DuckDB file.";
  if (text.startsWith("PK\u0003\u0004"))
    return "This is a ZIP archive or an office file, not a SQLite database. Unpack it first.";
  if (text.startsWith("\u001f\u008b")) return "This is a gzip archive. Unpack it and upload the database in it.";
  if (text.startsWith("** This file contains an SQLite"))
    return "This is an old SQLite 2 database. Convert it to SQLite 3 first.";
  if (/^(?:--|\/\*|PRAGMA|BEGIN|CREATE|INSERT)/i.test(text)) {
    return "This is an SQL script, not a database. Make a database of it with: sqlite3 new.db < script.sql";
  }
  return "This is not a SQLite database, or it is an encrypted one. An encrypted database has to be decrypted first.";
}
