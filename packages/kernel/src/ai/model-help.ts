/** The ways to get a model, for a page that has none: each one sentence. */
export interface ModelHelp {
  way: "own_key" | "server_key" | "local";
  text: string;
}

/** What to tell a person while no model is available. */
export function modelHelp(): ModelHelp[] {
  return [
    {
      way: "own_key",
      text: "Add your key for Anthropic, OpenAI, Google, Groq, Mistral or any OpenAI-compatible server under Settings, Models.",
    },
    {
      way: "server_key",
      text: "Or the operator sets a key such as OPENAI_API_KEY in the server's environment and starts it again.",
    },
    {
      way: "local",
      text: "Or install Ollama on the server's machine and run: ollama pull llama3.2; it is found by itself within a minute.",
    },
  ];
}
