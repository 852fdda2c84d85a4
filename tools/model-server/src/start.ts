import { once } from "node:events";
import type { Behaviour } from "./behaviour.ts";
import { type Control, type ControlOrder, type ScriptedResponse, applyOrder, newControl } from "./control.ts";
import type { RecordedRequest } from "./record.ts";
import { createModelServer, portOf } from "./server.ts";

/** A running model server. */
export type ModelServer = {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string;
  port: number;
  /** The base URL for each provider's `<PROVIDER>_BASE_URL`. */
  baseUrls: { openai: string; anthropic: string; google: string; groq: string; mistral: string; compatible: string };
  /** All requests but those to /_control, oldest first. */
  requests: RecordedRequest[];
  /** The next answers, one by one, or a function asked for each (undefined for the plain echo). */
  script(responses: Control["script"] | ScriptedResponse): void;
  /** What all answers have in common from now on: chunks, delay and the like. */
  setBehaviour(behaviour: Behaviour): void;
  /** A fault for everything that comes (answers only, unless `on` says otherwise), or null to heal. */
  setFault(fault: Behaviour["fault"] | Behaviour | null, on?: Control["faultOn"]): void;
  /** The key that requests must bring, or null for none. */
  requireKey(key: string | null): void;
  /** Forgets all of the above and the recorded requests. */
  reset(): void;
  /** Breaks all connections and stops. */
  close(): Promise<void>;
};

/** Starts a model server. `port` 0 (the default) takes a free one; `host` is 127.0.0.1 unless given. */
export async function startModelServer(options: { port?: number; host?: string } = {}): Promise<ModelServer> {
  const control = newControl();
  const requests: RecordedRequest[] = [];
  const { server, hangUp } = createModelServer(control, requests);
  const host = options.host ?? "127.0.0.1";
  server.listen(options.port ?? 0, host);
  await once(server, "listening");
  const port = portOf(server);
  const url = `http://${host}:${port}`;
  const order = (what: ControlOrder) => applyOrder(control, what);
  return {
    url,
    port,
    baseUrls: {
      openai: `${url}/v1`,
      anthropic: `${url}/v1`,
      google: `${url}/v1beta`,
      groq: `${url}/groq/openai/v1`,
      mistral: `${url}/mistral/v1`,
      compatible: `${url}/v1`,
    },
    requests,
    script(responses) {
      control.script = Array.isArray(responses)
        ? [...responses]
        : typeof responses === "function"
          ? responses
          : [responses];
    },
    setBehaviour: (behaviour) => order({ behaviour }),
    setFault(fault, on = "answer") {
      const behaviour = fault === null || fault === undefined ? null : typeof fault === "object" ? fault : { fault };
      order({ fault: behaviour, faultOn: on });
    },
    requireKey: (key) => order({ requiredKey: key }),
    reset() {
      order({ reset: true });
      requests.length = 0;
    },
    async close() {
      hangUp();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
