/** A file of a browser's file field that stands in memory. */
export const jsonFile = (name: string, content: unknown) => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(JSON.stringify(content)),
});

/** One conversation as Claude's export writes it; questions and answers take turns. */
export const claudeConversation = (uuid: string, name: string, texts: readonly string[]) => ({
  uuid,
  name,
  created_at: "2026-01-02T03:04:05.678Z",
  updated_at: "2026-01-02T04:00:00Z",
  chat_messages: texts.map((text, index) => ({
    uuid: `${uuid}-${index}`,
    sender: index % 2 === 0 ? "human" : "assistant",
    text,
    created_at: "2026-01-02T03:04:05Z",
  })),
});

/** One conversation as ChatGPT's export writes it: a question and its answer. */
export const chatGptConversation = (id: string, title: string, question: string, answer: string) => {
  const node = (nodeId: string, parent: string | null, role: string, text: string) => ({
    id: nodeId,
    parent,
    children: [],
    message: { author: { role }, create_time: 1_700_000_000, content: { content_type: "text", parts: [text] } },
  });
  return {
    conversation_id: id,
    title,
    create_time: 1_700_000_000,
    update_time: 1_700_000_100,
    current_node: `${id}-a`,
    mapping: {
      root: { id: "root", parent: null, children: [], message: null },
      [`${id}-q`]: node(`${id}-q`, "root", "user", question),
      [`${id}-a`]: node(`${id}-a`, `${id}-q`, "assistant", answer),
    },
  };
};
