import type { MemberCaller } from "../http/index.ts";

/** Something that can be given to a model to read, as a list shows it. */
export interface ResourceEntry {
  id: string;
  title: string;
  /** Media type of what reading it gives. */
  mediaType: string;
  bytes?: number;
  /** ISO 8601. */
  changedAt?: string;
}

export type ResourceContent = { mediaType: string; text: string } | { mediaType: string; base64: string };

/** One kind of things to read, for MCP clients and whoever else attaches context; a product's or the kernel's own. */
export interface ResourceSource {
  /** Stands in their addresses, such as `conversations`. */
  kind: string;
  title: string;
  purpose: string;
  /** A page of what the caller may read. @throws AppError invalid_fields for a cursor that is not ours */
  list(
    caller: MemberCaller,
    page: { cursor: string | undefined; limit: number },
  ): Promise<{ items: ResourceEntry[]; nextCursor: string | null }>;
  /** @throws AppError not_found, also for what the caller may not read; unsupported_type for what no model reads */
  read(caller: MemberCaller, id: string): Promise<ResourceContent>;
}

/** A text that a person keeps to begin with, offered to them by MCP clients. */
export interface KeptPrompt {
  id: string;
  title: string;
  text: string;
}

/** Where kept prompts come from. */
export interface PromptSource {
  /** Where they stand, without its schema; its trigger tells of changes (`kernel.tell_setting_changed`). */
  table: string;
  list(caller: MemberCaller): Promise<KeptPrompt[]>;
}
