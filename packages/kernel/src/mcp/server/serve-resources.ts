import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, type Server } from "@modelcontextprotocol/server";
import { z } from "zod";
import { AppError } from "../../errors/index.ts";
import type { MemberCaller } from "../../http/index.ts";
import type { ResourceSource } from "../../resources/index.ts";

const pageSize = 100;
const place = z.tuple([z.string(), z.string().nullable()]);
const address = /^mindmesh:\/\/([a-z-]+)\/([\w-]+)$/;
const uriOf = (kind: string, id: string) => `mindmesh://${kind}/${id}`;

function refused(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/** The kind that the list goes on with, and that kind's own cursor. */
function readCursor(cursor: string): z.infer<typeof place> {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw refused("The cursor was not made by this list.");
  }
}

const writeCursor = (kind: string, cursor: string | null) =>
  Buffer.from(JSON.stringify([kind, cursor])).toString("base64url");

/** Conversations, files and what else the caller may read, one kind after the other. */
export function serveResources(server: Server, sources: readonly ResourceSource[], caller: MemberCaller): void {
  server.setRequestHandler("resources/list", async ({ params }) => {
    const [kind, cursor] = params?.cursor === undefined ? [sources[0]?.kind, null] : readCursor(params.cursor);
    const at = sources.findIndex((source) => source.kind === kind);
    const source = sources[at];
    if (!source) throw refused("The cursor was not made by this list.");
    const page = await source.list(caller, { cursor: cursor ?? undefined, limit: pageSize }).catch(asProtocolError);
    const following = sources[at + 1];
    const next =
      page.nextCursor !== null
        ? writeCursor(source.kind, page.nextCursor)
        : following && writeCursor(following.kind, null);
    return {
      resources: page.items.map(({ id, title, mediaType, bytes, changedAt }) => ({
        uri: uriOf(source.kind, id),
        name: title,
        title,
        mimeType: mediaType,
        ...(bytes !== undefined && { size: bytes }),
        ...(changedAt !== undefined && { annotations: { lastModified: changedAt } }),
      })),
      ...(next !== undefined && { nextCursor: next }),
    };
  });
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: sources.map(({ kind, title, purpose }) => ({
      uriTemplate: `mindmesh://${kind}/{id}`,
      name: kind,
      title,
      description: purpose,
    })),
  }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }) => {
    const [, kind, id = ""] = address.exec(uri) ?? [];
    const source = sources.find((each) => each.kind === kind);
    if (!source || !z.guid().safeParse(id).success) throw new ResourceNotFoundError(uri);
    const content = await source.read(caller, id).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") throw new ResourceNotFoundError(uri);
      return asProtocolError(error);
    });
    const about = { uri, mimeType: content.mediaType };
    return { contents: ["text" in content ? { ...about, text: content.text } : { ...about, blob: content.base64 }] };
  });
}

/** What the caller did is said to them; anything else is the SDK's to report. */
function asProtocolError(error: unknown): never {
  throw error instanceof AppError && error.status < 500 ? refused(error.message) : error;
}
