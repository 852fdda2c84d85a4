import { expect, it } from "vitest";
import { z } from "zod";
import { defineJob } from "../../src/jobs/index.ts";

const job = { name: "test.some", payload: z.object({}), handler: async () => undefined };

it.each(["password", "apiKey", "api_key", "token", "refreshToken", "secret", "credentials"])(
  "a payload with the field %s is refused at start",
  (field) => {
    expect(() => defineJob({ ...job, payload: z.object({ [field]: z.string() }) })).toThrow("must not hold secrets");
  },
);

it("fields that only sound like secrets are fine", () => {
  const payload = z.object({ maxTokens: z.number(), keyId: z.string(), secretary: z.string() });
  expect(defineJob({ ...job, payload }).payload).toBe(payload);
});

it.each([
  [{ name: "import" }, "owner.what"],
  [{ maxAttempts: 0 }, "maxAttempts"],
  [{ timeoutSeconds: 100_000 }, "timeoutSeconds"],
  [{ backoff: { firstSeconds: 10, maxSeconds: 5 } }, "backoff"],
])("a job with %o is refused at start", (part, message) => {
  expect(() => defineJob({ ...job, ...part })).toThrow(message);
});
