import { createClient } from "@mindmesh/client";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, type TestServerOptions, startTestServer } from "@mindmesh/test-support";

export interface V1Fixture {
  models: ModelServer;
  server: TestServer;
  person: TestPerson;
  /** An API key of the person with the scope `write`. */
  key: string;
  /** `/v1` of the server. */
  baseURL: string;
  newKey(scope: "read" | "write" | "admin", person?: TestPerson): Promise<string>;
  close(): Promise<void>;
}

/** An image of one pixel, a PNG in base64. */
export const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A server whose OpenAI, Anthropic and Gemini are the model server. */
export async function startV1(
  environment: Record<string, string> = {},
  options: Pick<TestServerOptions, "modelLimits"> = {},
): Promise<V1Fixture> {
  const models = await startModelServer();
  const server = await startTestServer({
    ...options,
    environment: {
      OPENAI_API_KEY: "sk-openai",
      OPENAI_BASE_URL: models.baseUrls.openai,
      ANTHROPIC_API_KEY: "sk-anthropic",
      ANTHROPIC_BASE_URL: models.baseUrls.anthropic,
      GEMINI_API_KEY: "sk-gemini",
      GOOGLE_BASE_URL: models.baseUrls.google,
      OLLAMA_BASE_URL: "http://127.0.0.1:1",
      ...environment,
    },
  });
  const person = await server.signUp("Ada");
  const newKey = async (scope: "read" | "write" | "admin", owner = person) => {
    const workspaces = createClient(workspaceRoutes, { baseUrl: server.url, token: () => owner.accessToken });
    const { secret } = await workspaces.createApiKey({
      params: { workspaceId: owner.workspaceId },
      body: { name: scope, scope, expiresInDays: null },
    });
    return secret;
  };
  return {
    models,
    server,
    person,
    key: await newKey("write"),
    baseURL: `${server.url}/v1`,
    newKey,
    async close() {
      await server.close();
      await models.close();
    },
  };
}
