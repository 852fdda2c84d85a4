import { type ToolRisk, toolName } from "@mindmesh/contracts/tools";
import type { Right, Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";
import { z } from "zod";
import type { MemberCaller } from "../http/index.ts";

export type JsonSchema = Record<string, unknown>;

/** What a tool is given beside its input. It acts as the caller: use cases check the caller's rights as ever. */
export interface ToolContext {
  caller: MemberCaller;
  workspaceId: string;
  userId: string;
  role: Role;
  /** What the call belongs to, such as `conversation:<id>`. */
  subject: string | null;
  /** Aborted when the call is cancelled or its time is up. */
  signal: AbortSignal;
}

/** An action that page, chat, API, MCP clients and agents share. Made with `defineTool`; outside tools by hand. */
export interface Tool {
  /** `product.action`. */
  name: string;
  title: string;
  /** What it does and when to use it: read by people and by models. */
  purpose: string;
  input: z.ZodType;
  output: z.ZodType;
  /** What `input` and `output` say, as JSON Schema. */
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
  /** What the caller's role must include; null when every member may. */
  right: Right | null;
  /** What an API key must have. */
  scope: Scope;
  risk: ToolRisk;
  /** Calling it twice with the same arguments does no more than calling it once. */
  idempotent: boolean;
  timeLimitMs: number;
  run(input: never, context: ToolContext): Promise<unknown>;
}

export interface ToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends Omit<
  Tool,
  "input" | "output" | "inputSchema" | "outputSchema" | "run"
> {
  input: I;
  output: O;
  run(input: z.output<I>, context: ToolContext): Promise<z.input<O>>;
}

/**
 * Makes a tool. Arguments that `input` does not name are refused, and fields that `output` does not name never leave.
 * @throws Error for a name that is not `product.action`: a mistake of the program
 */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(definition: ToolDefinition<I, O>): Tool {
  toolName.parse(definition.name);
  const input = definition.input.strict();
  return {
    ...definition,
    input,
    inputSchema: jsonSchemaOf(input, "input"),
    outputSchema: jsonSchemaOf(definition.output, "output"),
  };
}

function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
