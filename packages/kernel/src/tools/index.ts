export { toolCallShape } from "./call-rows.ts";
export { earlierCall } from "./earlier-call.ts";
export {
  type AskedCall,
  type ToolAsk,
  type ToolOutcome,
  type ToolSource,
  type Tools,
  openTools,
} from "./open-tools.ts";
export { notificationTools } from "./notification-tools.ts";
export { toolPersonData } from "./person-data.ts";
export { toolJobs } from "./tool-jobs.ts";
export type { ToolCallRow } from "./schema.ts";
export { toolRoutesOn } from "./routes.ts";
export { type JsonSchema, type Tool, type ToolContext, defineTool } from "./tool.ts";
