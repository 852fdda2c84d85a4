import type { StoredFile } from "@mindmesh/contracts/files";
import type { FileRow } from "./schema.ts";

/** A row as clients see it. */
export function toStoredFile(row: FileRow): StoredFile {
  const kept = row.textKeptCharacters;
  const total = row.textTotalCharacters;
  const { imageWidth: width, imageHeight: height } = row;
  return {
    id: row.id,
    ownerId: row.ownerId,
    name: row.name,
    mediaType: row.mediaType,
    nameClaims: row.nameClaims,
    bytes: row.bytes,
    image: width !== null && height !== null ? { width, height } : null,
    hasThumbnail: row.hasThumbnail,
    text: {
      state: row.textState,
      message: row.textMessage,
      characters: kept,
      truncated:
        kept !== null && total !== null && total > kept ? { keptCharacters: kept, totalCharacters: total } : null,
      pages: row.textPages,
      sheets: row.textSheets,
    },
    createdAt: row.createdAt,
  };
}

/** "2.1 GB": bytes for people, in powers of 1,024 as file managers count. */
export function sizeInWords(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const amount = bytes / 1024 ** power;
  return `${amount >= 10 || power === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}
