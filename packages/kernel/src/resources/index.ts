export type { KeptPrompt, PromptSource, ResourceContent, ResourceEntry, ResourceSource } from "./resource-source.ts";
