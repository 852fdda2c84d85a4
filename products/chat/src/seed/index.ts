export { type BenchSeed, seedMessages } from "./seed-messages.ts";
export { type ConversationSeed, type MessageSeed, type PresetSeed, seedConversations } from "./seed-conversations.ts";
