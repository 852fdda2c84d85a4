import { bigint, boolean, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "../db/index.ts";

const kernel = pgSchema("kernel");

export const files = kernel.table(
  "files",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id"),
    name: text("name").notNull(),
    state: text("state", { enum: ["uploading", "ready"] }).notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    mediaType: text("media_type").notNull(),
    nameClaims: text("name_claims"),
    sha256: bytea("sha256"),
    imageWidth: integer("image_width"),
    imageHeight: integer("image_height"),
    internal: boolean("internal").notNull().default(false),
    hasThumbnail: boolean("has_thumbnail").notNull().default(false),
    textState: text("text_state", { enum: ["waiting", "ready", "failed", "none"] }).notNull(),
    textMessage: text("text_message"),
    textPages: integer("text_pages"),
    textSheets: text("text_sheets").array(),
    textKeptCharacters: integer("text_kept_characters"),
    textTotalCharacters: bigint("text_total_characters", { mode: "number" }),
    createdAt: moment("created_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
    processedAt: moment("processed_at"),
    deletedAt: moment("deleted_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const fileTexts = kernel.table(
  "file_texts",
  {
    workspaceId: uuid("workspace_id").notNull(),
    fileId: uuid("file_id").notNull(),
    content: text("content").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.fileId] })],
);

export type FileRow = typeof files.$inferSelect;
