/** The three ways to get a model, in a sentence each. */
export function NoModel() {
  return (
    <div className="text-sm text-muted">
      <p>Answers need a model. There are three ways to get one:</p>
      <ol className="mt-2 list-decimal space-y-1 pl-5">
        <li>Enter your own key under Settings, Models.</li>
        <li>
          Whoever runs the server sets a key in its environment, such as{" "}
          <code className="font-mono">OPENAI_API_KEY</code>, and restarts it.
        </li>
        <li>Start Ollama on the server’s machine; it is found by itself.</li>
      </ol>
    </div>
  );
}
