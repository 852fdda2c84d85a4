// A provider as lean as can be, so that it takes little of the machine: canned chat completions in OpenAI's format, whole or
// as a stream; the prompt tells the number of chunks and the time to the head in ms (`chunks=30 wait=20`). Prints its address.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A burst of chunks, as they come off a real connection. */
const burst = 5;
const burstEveryMs = 2;

const head = '"id":"chatcmpl-1","created":1760000000,"model":"gpt-5-mini"';
const usage =
  '"usage":{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"prompt_tokens_details":{"cached_tokens":0}}';
const whole = `{${head},"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"${"word ".repeat(30)}"},"logprobs":null,"finish_reason":"stop"}],${usage}}`;
const event = (choices: string, more: string) =>
  `data: {${head},"object":"chat.completion.chunk","choices":[${choices}],${more}}\n\n`;
const chunk = event('{"index":0,"delta":{"content":"word "},"logprobs":null,"finish_reason":null}', '"usage":null');
const end =
  event('{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}', '"usage":null') +
  event("", usage) +
  "data: [DONE]\n\n";

// The same in Anthropic's format, for calls that have to be translated.
const messageEvent = (data: { type: string } & Record<string, unknown>) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const messageStart =
  messageEvent({
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-5",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  }) + messageEvent({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
const messageChunk = messageEvent({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text: "word " },
});
const messageEnd =
  messageEvent({ type: "content_block_stop", index: 0 }) +
  messageEvent({
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 30 },
  }) +
  messageEvent({ type: "message_stop" });

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (data: Buffer) => (body += data.toString("latin1")));
  request.on("end", () => {
    if (request.method === "GET") {
      response.setHeader("content-type", "application/json");
      return response.end('{"object":"list","data":[{"id":"gpt-5-mini","object":"model"}]}');
    }
    const [, chunks = 0, wait = 0] = (/chunks=(\d+) wait=(\d+)/.exec(body) ?? []).map(Number);
    return setTimeout(() => {
      if (chunks === 0) {
        response.setHeader("content-type", "application/json");
        response.end(whole);
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const isMessages = request.url?.endsWith("/messages") === true;
      if (isMessages) response.write(messageStart);
      let left = chunks;
      const timer = setInterval(() => {
        for (let n = 0; n < burst && left > 0; n += 1, left -= 1) response.write(isMessages ? messageChunk : chunk);
        if (left > 0) return;
        clearInterval(timer);
        response.end(isMessages ? messageEnd : end);
      }, burstEveryMs);
      response.on("close", () => clearInterval(timer));
    }, wait);
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
